import type { LoggedDeadLetter } from './dead-letter-log.js';

/** Dead letters that have topic, reason and hour in common. */
export interface DeadLetterCount {
  readonly topic: string;
  /** Null where no header says where it came from. */
  readonly originalTopic: string | null;
  readonly reason: string;
  /** The hour in which they were put aside, ISO 8601; null where nothing tells. */
  readonly hour: string | null;
  readonly deadLetters: number;
  /** How many of them were sent back already. */
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

  /** By topic and reason, the latest hour last. */
  list(): DeadLetterCount[] {
    const rank = (group: DeadLetterCount): string =>
      [group.topic, group.originalTopic ?? '', group.reason, group.hour ?? ''].join('\n');
    return [...this.#groups.values()].toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  }
}

/** Cut from the end: years beyond 9999 have more digits. */
function hourOf(failedAt: number | undefined): string | null {
  if (failedAt === undefined) return null;
  const start = new Date(failedAt - (failedAt % HOUR_MS)).toISOString();
  return start.replace(':00.000Z', 'Z');
}
