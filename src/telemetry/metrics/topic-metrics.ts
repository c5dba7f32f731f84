import type { Registry } from 'prom-client';
import type { TopicCounts } from '../../pipeline/index.js';
import {
  FAILURE_REASONS,
  type FailureCounts,
  type GroupConsumer,
  type KafkaClusters,
} from '../../transport/index.js';
import { callHistogram, counter, gauge, type Labels, NO_LABELS, type Sample } from './families.js';
import { type GroupLabel, groupLabels } from './snapshots.js';

type TopicLabel = GroupLabel | 'topic';

interface TopicView {
  readonly labels: Labels<TopicLabel>;
  /** How many of its dead letters were truncated. */
  readonly cut: number;
  readonly counts: TopicCounts;
  readonly failures: FailureCounts;
}

/** Registers the metrics per group and topic, counted since the start of the process. */
export function registerTopicMetrics(registry: Registry, clusters: KafkaClusters): void {
  const known = new WeakMap<TopicCounts, Labels<TopicLabel>>();
  const labelsOf = (counts: TopicCounts, { status }: GroupConsumer, topic: string): Labels<TopicLabel> => {
    const labels = known.get(counts) ?? { ...groupLabels(status), topic };
    known.set(counts, labels);
    return labels;
  };
  const topics = (): TopicView[] =>
    clusters.all.flatMap(({ runtime }) =>
      runtime.groups.flatMap((group) =>
        [...group.pipeline.counts].map(([topic, counts]) => ({
          labels: labelsOf(counts, group, topic),
          counts,
          failures: group.failures.of(topic),
          cut: runtime.failedRecords.cutOf(group.status.groupId, topic),
        })),
      ),
    );

  counter(
    registry,
    {
      name: 'kafka_consumer_records_total',
      help: 'Settled records, by outcome: handled (the handler returned), a failure policy such as dead-letter (what happened to a failed record), failed-after-commit (the handler committed and then failed), passed-over (replayed for another group, and receipts of replays).',
      labelNames: ['cluster', 'group', 'topic', 'outcome'],
    },
    () => topics().flatMap(recordsOf),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_retries_total',
      help: 'Failed handler calls that are retried in their lane, with all records of the call.',
      labelNames: ['cluster', 'group', 'topic'],
    },
    () => topics().map(({ labels, failures }) => [NO_LABELS, failures.retries, labels] as const),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_dead_letters_total',
      help: 'Records stored as dead letters, by reason: payload (cannot be decoded), schema (does not match), permanent (an error that a retry cannot fix), timeout (of the handler), error (any other, after the last attempt).',
      labelNames: ['cluster', 'group', 'topic', 'reason'],
    },
    () => topics().flatMap(deadLettersOf),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_truncated_dead_letters_total',
      help: 'Dead letters that were truncated because their topic does not accept records of their size.',
      labelNames: ['cluster', 'group', 'topic'],
    },
    () => topics().map(({ labels, cut }) => [NO_LABELS, cut, labels] as const),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_out_of_range_total',
      help: 'Offset resets of a partition because the offset to read from was out of range: records were deleted before they were handled, or the topic was recreated.',
      labelNames: ['cluster', 'group', 'topic'],
    },
    () => topics().map(({ labels, failures }) => [NO_LABELS, failures.outOfRange, labels] as const),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_topic_problems',
      help: 'Topic settings by which records that the service writes could be lost or rejected; the log and /health name them.',
      labelNames: [],
    },
    () => [[{}, clusters.all.flatMap(({ runtime }) => runtime.ownTopics.problems).length]],
  );
  callHistogram(
    registry,
    {
      name: 'kafka_consumer_handler_seconds',
      help: 'Duration of a handler call in seconds, including decoding of the value, whether it succeeds or fails; a batch is one call.',
      labelNames: ['cluster', 'group', 'topic'],
    },
    () => topics().map(({ labels, counts }) => [NO_LABELS, counts.calls, labels] as const),
  );
}

function recordsOf({ labels, counts, failures }: TopicView): Sample<TopicLabel | 'outcome'>[] {
  return [
    [{ outcome: 'handled' }, counts.handled, labels],
    [{ outcome: 'failed-after-commit' }, failures.failedAfterCommit, labels],
    [{ outcome: 'passed-over' }, failures.passedOver, labels],
    ...Object.entries(failures.outcomes).map(([outcome, count]): Sample<TopicLabel | 'outcome'> => [
      { outcome },
      count,
      labels,
    ]),
  ];
}

function deadLettersOf({ labels, failures }: TopicView): Sample<TopicLabel | 'reason'>[] {
  return FAILURE_REASONS.map((reason) => [{ reason }, failures.deadLetters[reason], labels]);
}
