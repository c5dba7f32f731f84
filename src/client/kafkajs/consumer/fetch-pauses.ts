import type { Consumer } from 'kafkajs-pinned';
import type { TopicPartition } from '../../../pipeline/index.js';

/** While a partition waits for room in the in-flight limits, fetches are kept short, so that it continues soon. */
const PAUSED_MAX_WAIT_MS = 20;

/** Pauses and resumes the fetching of partitions, and wakes up fetch loops that wait for a partition to be resumed. */
export class FetchPauses {
  /** Since when partitions are paused, in ms since the epoch. */
  readonly #pausedAt = new Map<string, number>();
  readonly #wakeUps = new Set<() => void>();
  readonly #retries = new Set<NodeJS.Timeout>();

  /** @param fetchMaxWaitMs how long a broker may hold back a fetch while there are no records */
  constructor(
    private readonly consumer: Pick<Consumer, 'pause' | 'resume'>,
    private readonly fetchMaxWaitMs: number,
  ) {}

  pause(partition: TopicPartition): void {
    this.#pausedAt.set(nameOf(partition), Date.now());
    this.#set('pause', partition);
  }

  /** Does nothing if the partition is not paused. */
  resume(partition: TopicPartition): void {
    if (!this.#pausedAt.delete(nameOf(partition))) return;
    this.#set('resume', partition);
    this.wakeUp();
  }

  /** Fetches nothing from a partition for `delayMs`, or for as long as `pause` holds it. */
  interrupt(partition: TopicPartition, delayMs: number): void {
    this.#set('pause', partition);
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      if (this.#pausedAt.has(nameOf(partition))) return;
      this.#set('resume', partition);
      this.wakeUp();
    }, delayMs);
    this.#retries.add(retry);
  }

  /** Ends all interruptions and waits. */
  stop(): void {
    for (const retry of this.#retries) clearTimeout(retry);
    this.wakeUp();
  }

  /** Ends all waits of `untilResumed`. */
  wakeUp(): void {
    for (const wake of this.#wakeUps) wake();
  }

  /** Resolves when a partition was resumed, or after `maxWaitMs`. */
  untilResumed(maxWaitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakeUps.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, maxWaitMs);
      this.#wakeUps.add(wake);
    });
  }

  /** @returns how long a broker may hold back the next fetch */
  maxWaitMs(): number {
    const now = Date.now();
    for (const since of this.#pausedAt.values()) {
      if (now - since < this.fetchMaxWaitMs) return Math.min(PAUSED_MAX_WAIT_MS, this.fetchMaxWaitMs);
    }
    return this.fetchMaxWaitMs;
  }

  /** Before the join and after the end, kafkajs throws; it does not fetch then, so the error is ignored. */
  #set(state: 'pause' | 'resume', { topic, partition }: TopicPartition): void {
    try {
      this.consumer[state]([{ topic, partitions: [partition] }]);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSNonRetriableError') throw error;
    }
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
