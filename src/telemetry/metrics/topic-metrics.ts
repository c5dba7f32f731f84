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

/** Registers what is counted of each topic, in each group, since the process began. */
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
      help: 'Records that the service was done with, by outcome: handled (the handler returned), or given up and where they went: dead-letter, retry-topic, park, skip; failed-after-commit for those whose handler committed and failed then; passed-over for those that were replayed for another group, and receipts of replays.',
      labelNames: ['group', 'topic', 'outcome'],
    },
    () => topics().flatMap(recordsOf),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_retries_total',
      help: 'Calls of a handler that failed and are made again in their lane, with all records of the call.',
      labelNames: ['group', 'topic'],
    },
    () => topics().map(({ labels, failures }) => [NO_LABELS, failures.retries, labels] as const),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_dead_letters_total',
      help: 'Records stored as dead letters, by reason: payload (not readable), schema (violated), permanent (an error that no retry cures), timeout (of the handler), error (any other, after its last try).',
      labelNames: ['group', 'topic', 'reason'],
    },
    () => topics().flatMap(deadLettersOf),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_truncated_dead_letters_total',
      help: 'Dead letters of which only a part could be stored, as their topic takes no record of their size.',
      labelNames: ['group', 'topic'],
    },
    () =>
      topics().map(
        ({ labels }) => [NO_LABELS, runtime.asides.cutOf(labels.group, labels.topic), labels] as const,
      ),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_out_of_range_total',
      help: 'How often a partition was read on elsewhere, as its log did not have the offset to read from: records were deleted before they were handled, or the log is another one.',
      labelNames: ['group', 'topic'],
    },
    () => topics().map(({ labels, failures }) => [NO_LABELS, failures.outOfRange, labels] as const),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_topic_problems',
      help: 'Settings of topics that the service writes to by which records could be lost or refused; the log and /health name them.',
      labelNames: [],
    },
    () => [[{}, runtime.ownTopics.problems.length]],
  );
  callHistogram(
    registry,
    {
      name: 'kafka_consumer_handler_seconds',
      help: 'Time of a call of a handler in seconds, from before its value is decoded until its result is there, with or without success; a batch is one call.',
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
    ...Object.entries(failures.asides).map(([outcome, count]): Sample<'group' | 'topic' | 'outcome'> => [
      { outcome },
      count,
      labels,
    ]),
  ];
}

function deadLettersOf({ labels, failures }: TopicView): Sample<'group' | 'topic' | 'reason'>[] {
  return FAILURE_REASONS.map((reason) => [{ reason }, failures.deadLetters[reason], labels]);
}
