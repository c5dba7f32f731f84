import type { Registry } from 'prom-client';
import type { TopicCounts } from '../../pipeline/index.js';
import { FAILURE_REASONS, type FailureCounts, type KafkaRuntime } from '../../transport/index.js';
import { callHistogram, counter, gauge, NO_LABELS, type Sample } from './families.js';

type TopicLabels = Readonly<Record<'group' | 'topic', string>>;

interface TopicView {
  readonly labels: TopicLabels;
  readonly counts: TopicCounts;
  readonly failures: FailureCounts;
}

/** Registers the metrics per group and topic, counted since the start of the process. */
export function registerTopicMetrics(registry: Registry, runtime: KafkaRuntime): void {
  const known = new WeakMap<TopicCounts, TopicLabels>();
  const labelsOf = (counts: TopicCounts, group: string, topic: string): TopicLabels => {
    const labels = known.get(counts) ?? { group, topic };
    known.set(counts, labels);
    return labels;
  };
  const topics = (): TopicView[] =>
    runtime.groups.flatMap(({ status: { groupId: group }, pipeline, failures }) =>
      [...pipeline.counts].map(([topic, counts]) => ({
        labels: labelsOf(counts, group, topic),
        counts,
        failures: failures.of(topic),
      })),
    );

  counter(
    registry,
    {
      name: 'kafka_consumer_records_total',
      help: 'Settled records, by outcome: handled (the handler returned), dead-letter, retry-topic, park and skip (where the policy put a failed record), failed-after-commit (the handler committed and then failed), passed-over (replayed for another group, and receipts of replays).',
      labelNames: ['group', 'topic', 'outcome'],
    },
    () => topics().flatMap(recordsOf),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_retries_total',
      help: 'Failed handler calls that are retried in their lane, with all records of the call.',
      labelNames: ['group', 'topic'],
    },
    () => topics().map(({ labels, failures }) => [NO_LABELS, failures.retries, labels] as const),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_dead_letters_total',
      help: 'Records stored as dead letters, by reason: payload (cannot be decoded), schema (does not match), permanent (an error that a retry cannot fix), timeout (of the handler), error (any other, after the last attempt).',
      labelNames: ['group', 'topic', 'reason'],
    },
    () => topics().flatMap(deadLettersOf),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_truncated_dead_letters_total',
      help: 'Dead letters that were truncated because their topic does not accept records of their size.',
      labelNames: ['group', 'topic'],
    },
    () =>
      topics().map(
        ({ labels }) => [NO_LABELS, runtime.failedRecords.cutOf(labels.group, labels.topic), labels] as const,
      ),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_out_of_range_total',
      help: 'Offset resets of a partition because the offset to read from was out of range: records were deleted before they were handled, or the topic was recreated.',
      labelNames: ['group', 'topic'],
    },
    () => topics().map(({ labels, failures }) => [NO_LABELS, failures.outOfRange, labels] as const),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_topic_problems',
      help: 'Settings of topics that the service writes to that could lose or reject records; the log and /health name them.',
      labelNames: [],
    },
    () => [[{}, runtime.ownTopics.problems.length]],
  );
  callHistogram(
    registry,
    {
      name: 'kafka_consumer_handler_seconds',
      help: 'Duration of a handler call in seconds, including decoding of the value, whether it succeeds or fails; a batch is one call.',
      labelNames: ['group', 'topic'],
    },
    () => topics().map(({ labels, counts }) => [NO_LABELS, counts.calls, labels] as const),
  );
}

function recordsOf({ labels, counts, failures }: TopicView): Sample<'group' | 'topic' | 'outcome'>[] {
  return [
    [{ outcome: 'handled' }, counts.handled, labels],
    [{ outcome: 'failed-after-commit' }, failures.failedAfterCommit, labels],
    [{ outcome: 'passed-over' }, failures.passedOver, labels],
    ...Object.entries(failures.outcomes).map(([outcome, count]): Sample<'group' | 'topic' | 'outcome'> => [
      { outcome },
      count,
      labels,
    ]),
  ];
}

function deadLettersOf({ labels, failures }: TopicView): Sample<'group' | 'topic' | 'reason'>[] {
  return FAILURE_REASONS.map((reason) => [{ reason }, failures.deadLetters[reason], labels]);
}
