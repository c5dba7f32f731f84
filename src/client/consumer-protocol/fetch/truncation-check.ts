import type { Brokers } from '../brokers.js';
import { type EpochEnd, offsetForLeaderEpoch } from '../messages/offset-for-leader-epoch.js';
import { errorName } from '../messages/error-codes.js';
import type { Reading } from './reading.js';
import type { TopicLeaders } from './topic-leaders.js';

/** The result of comparing a position with the log of the leader of an epoch. */
export type Comparison =
  | { readonly kind: 'same'; readonly inEpoch: number }
  /** The log was truncated: it has other records, or none, from this offset on. */
  | {
      readonly kind: 'truncated';
      readonly inEpoch: number;
      readonly at: bigint;
      readonly leaderEpoch: number;
    }
  /** The leader has no record of that epoch, nor of one before. */
  | { readonly kind: 'unknown'; readonly inEpoch: number }
  | { readonly kind: 'refused'; readonly error: string };

/**
 * Whether a position is to be compared with the log before anything is fetched: its leader has changed since. A position
 * without an epoch cannot be compared, as in logs from before Kafka 0.11.
 */
export function needsComparison(reading: Reading, leaders: TopicLeaders): boolean {
  const leader = leaders.leaderOf(reading);
  const { position, comparedEpoch } = reading;
  return position !== undefined && position.leaderEpoch >= 0 && (leader?.leaderEpoch ?? -1) > comparedEpoch;
}

/**
 * Asks a leader whether its log still has the records before each position (KIP-320): after an unclean election it may
 * have lost records that were read, and have others at their offsets.
 * @throws if the leader does not answer
 */
export async function compareWithLog(
  brokers: Brokers,
  leaderId: number,
  readings: readonly Reading[],
  leaders: TopicLeaders,
): Promise<ReadonlyMap<Reading, Comparison>> {
  const epochs = new Map(readings.map((each) => [each, leaders.leaderOf(each)?.leaderEpoch ?? -1]));
  const topics = [...Map.groupBy(readings, ({ topic }) => topic)].map(([topic, those]) => ({
    topic,
    partitions: those.map((each) => ({
      partition: each.partition,
      currentLeaderEpoch: epochs.get(each) ?? -1,
      leaderEpoch: each.position?.leaderEpoch ?? -1,
    })),
  }));
  const answer = await brokers.send(leaderId, offsetForLeaderEpoch, { topics });
  const ends = new Map(
    answer.topics.flatMap(({ topic, partitions }) =>
      partitions.map((end) => [`${topic}/${end.partition}`, end] as const),
    ),
  );
  return new Map(
    readings.map((each) => {
      const end = ends.get(`${each.topic}/${each.partition}`);
      return [each, comparisonOf(each, epochs.get(each) ?? -1, end)];
    }),
  );
}

function comparisonOf({ position }: Reading, inEpoch: number, end: EpochEnd | undefined): Comparison {
  if (!end || !position) return { kind: 'refused', error: 'UNKNOWN_TOPIC_OR_PARTITION' };
  if (end.errorCode !== 0) return { kind: 'refused', error: errorName(end.errorCode) };
  if (end.endOffset < 0n || end.leaderEpoch < 0) return { kind: 'unknown', inEpoch };
  if (end.endOffset >= position.offset) return { kind: 'same', inEpoch };
  return { kind: 'truncated', inEpoch, at: end.endOffset, leaderEpoch: end.leaderEpoch };
}
