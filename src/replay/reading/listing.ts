import type { PartitionReader } from '../../client/index.js';
import { deadLettersOf, type LoggedDeadLetter } from './dead-letter-log.js';
import type { DeadLetter } from '../../redelivery/index.js';
import { type Filter, matches } from './filter.js';
import { isoTime, displayText } from '../display-text.js';
import type { SelectedTopic } from './dead-letter-topics.js';

/** A dead letter in a list: its position, origin and reason, never its key or value. */
export interface KeylessRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly originalTopic: string | null;
  readonly originalPartition: number | null;
  readonly originalOffset: string | null;
  readonly reason: string;
  /** ISO 8601; null if unknown. */
  readonly failedAt: string | null;
  readonly replays: number;
  readonly replayed: boolean;
}

/** A dead letter in a list that may show keys. */
export interface ListedRecord extends KeylessRecord {
  readonly key: string | null;
}

/** The parameters of a search for dead letters. */
export interface Search {
  readonly reader: PartitionReader;
  readonly signal: AbortSignal;
}

/** The dead letters of these topics that a filter selects; ends early if the signal is aborted. */
export async function* selectDeadLetters(
  { reader, signal }: Search,
  selected: readonly SelectedTopic[],
  filter: Filter,
): AsyncGenerator<LoggedDeadLetter> {
  for (const { topic, originalTopic } of selected) {
    for await (const logged of deadLettersOf(reader, topic)) {
      if (signal.aborted) return;
      if (matches(logged.deadLetter, { ...filter, originalTopic })) yield logged;
    }
  }
}

/** A list entry with the key. */
export function toListed(deadLetter: DeadLetter, replayed: boolean): ListedRecord {
  return { ...toKeyless(deadLetter, replayed), key: displayText(deadLetter.key) };
}

/** A list entry without the key. */
export function toKeyless(deadLetter: DeadLetter, replayed: boolean): KeylessRecord {
  const { topic, partition, offset, reason, replays } = deadLetter;
  return {
    topic,
    partition,
    offset,
    originalTopic: deadLetter.originalTopic ?? null,
    originalPartition: deadLetter.originalPartition ?? null,
    originalOffset: deadLetter.originalOffset ?? null,
    reason,
    failedAt: isoTime(deadLetter.failedAt),
    replays,
    replayed,
  };
}
