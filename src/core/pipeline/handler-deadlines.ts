import type { Clock } from '../clock.js';
import type { TopicPartition } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { HandlerTimeoutError } from './errors.js';

/** What a handler that was told to stop gets at the least, in ms. */
const ABORT_GRACE_MS = 1_000;

/** Watches over the time that a partition's handlers take, where they may take only so long. */
export class HandlerDeadlines {
  readonly #controllers = new Map<InFlightRecord, AbortController>();

  /** @param timeoutMs how long one call may take; undefined for as long as it likes */
  constructor(
    private readonly at: TopicPartition,
    private readonly timeoutMs: number | undefined,
    private readonly clock: Clock,
  ) {}

  started(record: InFlightRecord): void {
    if (this.timeoutMs !== undefined) this.#controllers.set(record, new AbortController());
  }

  ended(record: InFlightRecord): void {
    this.#controllers.delete(record);
  }

  /** Aborted once the handler at work on the record has used up its time; undefined where it has no limit. */
  signalOf(record: InFlightRecord): AbortSignal | undefined {
    return this.#controllers.get(record)?.signal;
  }

  /** Why a handler that has returned failed all the same. */
  overdue(record: InFlightRecord): Error | undefined {
    const signal = this.signalOf(record);
    return signal?.aborted && signal.reason instanceof Error ? signal.reason : undefined;
  }

  /** Tells handlers whose time is up to stop. */
  check(): void {
    const { timeoutMs } = this;
    if (timeoutMs === undefined) return;
    const now = this.clock.now();
    for (const [record, controller] of this.#controllers) {
      if (controller.signal.aborted || now - record.startedAt < timeoutMs) continue;
      const { topic, partition } = this.at;
      controller.abort(new HandlerTimeoutError(topic, partition, record.offset, timeoutMs));
    }
  }

  /** Records whose handlers were told to stop, and have not for as long again. */
  get unresponsive(): InFlightRecord[] {
    const limitMs = (this.timeoutMs ?? 0) * 2 + ABORT_GRACE_MS;
    const now = this.clock.now();
    return [...this.#controllers.keys()].filter((record) => now - record.startedAt > limitMs);
  }
}
