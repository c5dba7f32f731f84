import type { PartitionReader } from '../../client/index.js';
import { deadLettersOf, type LoggedDeadLetter } from './dead-letter-log.js';
import type { DeadLetter } from '../../redelivery/index.js';
import { type Filter, matches } from './filter.js';
import { isoTime, displayText } from '../display-text.js';
import type { SelectedTopic } from './dead-letter-topics.js';

/** A dead letter as a list shows it: where it is, where it came from and why, never its value. */
export interface KeylessRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly originalTopic: string | null;
  readonly originalPartition: number | null;
  readonly originalOffset: string | null;
  readonly reason: string;
  /** ISO 8601; null where nothing tells. */
  readonly failedAt: string | null;
  readonly replays: number;
  readonly replayed: boolean;
}

/** The same for whoever may see keys. */
export interface ListedRecord extends KeylessRecord {
  readonly key: string | null;
}

/** What a search for dead letters works with. */
export interface Search {
  readonly reader: PartitionReader;
  readonly signal: AbortSignal;
}

/** The dead letters of topics that a filter asks for; ends early once the signal is aborted. */
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

/** A dead letter for a list, with its key. */
export function toListed(deadLetter: DeadLetter, replayed: boolean): ListedRecord {
  return { ...toKeyless(deadLetter, replayed), key: displayText(deadLetter.key) };
}

/** A dead letter for a list, without its key. */
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
