import type { LoggedDeadLetter } from './dead-letter-log.js';

/** The dead letters of one topic, reason and hour. */
export interface DeadLetterCount {
  readonly topic: string;
  /** Null if no header names it. */
  readonly originalTopic: string | null;
  readonly reason: string;
  /** The hour in which they were stored, ISO 8601; null if unknown. */
  readonly hour: string | null;
  readonly deadLetters: number;
  /** Number of these that were replayed. */
  readonly replayed: number;
}

const HOUR_MS = 3_600_000;

/** Counts dead letters by topic, reason and hour. */
export class DeadLetterCounter {
  readonly #groups = new Map<string, DeadLetterCount>();

  add({ deadLetter, replayed }: LoggedDeadLetter): void {
    const { topic, originalTopic = null, reason } = deadLetter;
    const hour = hourOf(deadLetter.failedAt);
    const key = JSON.stringify([topic, originalTopic, reason, hour]);
    const { deadLetters = 0, replayed: before = 0 } = this.#groups.get(key) ?? {};
    this.#groups.set(key, {
      topic,
      originalTopic,
      reason,
      hour,
      deadLetters: deadLetters + 1,
      replayed: before + (replayed ? 1 : 0),
    });
  }

  /** Sorted by topic, reason and hour. */
  list(): DeadLetterCount[] {
    const rank = (group: DeadLetterCount): string =>
      [group.topic, group.originalTopic ?? '', group.reason, group.hour ?? ''].join('\n');
    return [...this.#groups.values()].toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }
}

/** Shortens the text from the end, since years beyond 9999 have more digits. */
function hourOf(failedAt: number | undefined): string | null {
  if (failedAt === undefined) return null;
  const start = new Date(failedAt - (failedAt % HOUR_MS)).toISOString();
  return start.replace(':00.000Z', 'Z');
}
