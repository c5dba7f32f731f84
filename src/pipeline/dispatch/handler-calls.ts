import type { Clock } from '../time/clock.js';
import type { TopicPartition } from '../records/fetched.js';
import type { CallWait, InFlightRecord } from '../records/in-flight.js';
import { CallTime } from './call-time.js';
import { HandlerTimeoutError } from '../errors/errors.js';

/** The least time that an aborted handler has to stop, in ms. */
const ABORT_GRACE_MS = 1_000;

/**
 * Records what a partition's calls wait for, and aborts handlers that exceed their timeout. A call is identified by
 * the first of its records.
 */
export class HandlerCalls {
  readonly #times = new Map<InFlightRecord, CallTime>();
  readonly #waits = new Map<InFlightRecord, Set<CallWait>>();

  /** @param timeoutMs how long one call may take, not counting waits; undefined for no limit */
  constructor(
    private readonly at: TopicPartition,
    private readonly timeoutMs: number | undefined,
    private readonly clock: Clock,
  ) {}

  started(first: InFlightRecord, now: number): void {
    if (this.timeoutMs !== undefined) this.#times.set(first, new CallTime(now));
  }

  ended(first: InFlightRecord): void {
    if (this.timeoutMs !== undefined) this.#times.delete(first);
    if (this.#waits.size > 0) this.#waits.delete(first);
  }

  /**
   * The call waits for something: until the wait ends, its time does not count towards the timeout.
   * @returns must be called when the wait ends
   */
  wait(first: InFlightRecord, wait: CallWait): () => void {
    const time = this.#times.get(first);
    const waits = this.#waits.get(first) ?? new Set();
    time?.waitStarted(this.clock.now());
    this.#waits.set(first, waits.add(wait));
    return () => {
      time?.waitEnded(this.clock.now());
      waits.delete(wait);
      if (waits.size === 0 && this.#waits.get(first) === waits) this.#waits.delete(first);
    };
  }

  /** What the call waits for; undefined if its handler is running. */
  waitOf(first: InFlightRecord): CallWait | undefined {
    const [wait] = this.#waits.get(first) ?? [];
    return wait;
  }

  /** How many calls wait for a commit. */
  get awaitingCommit(): number {
    if (this.#waits.size === 0) return 0;
    return [...this.#waits.values()].filter((waits) => [...waits].some(({ kind }) => kind === 'commit'))
      .length;
  }

  /** Aborted once the call's handler has exceeded its timeout; undefined if it has none. */
  signalOf(first: InFlightRecord): AbortSignal | undefined {
    return this.#times.get(first)?.controller.signal;
  }

  /** The timeout error of a handler that has returned; undefined if it was in time. */
  overdue(first: InFlightRecord): Error | undefined {
    const signal = this.signalOf(first);
    return signal?.aborted && signal.reason instanceof Error ? signal.reason : undefined;
  }

  /**
   * Aborts handlers that have exceeded their timeout.
   * @param blockedMs how long the event loop was blocked since the last check
   */
  check(blockedMs: number): void {
    const { timeoutMs } = this;
    if (timeoutMs === undefined) return;
    const now = this.clock.now();
    for (const [record, time] of this.#times) {
      if (blockedMs > 0) time.exclude(Math.min(blockedMs, now - time.startedAt));
      if (time.controller.signal.aborted || time.ownMs(now) < timeoutMs) continue;
      const { topic, partition } = this.at;
      time.controller.abort(new HandlerTimeoutError(topic, partition, record.offset, timeoutMs));
    }
  }

  /** The first records of calls whose handlers were aborted and are still running after another timeout. */
  get unresponsive(): InFlightRecord[] {
    const limitMs = (this.timeoutMs ?? 0) * 2 + ABORT_GRACE_MS;
    const now = this.clock.now();
    const isHanging = (time: CallTime): boolean => !time.isWaiting && time.ownMs(now) > limitMs;
    return [...this.#times].filter(([, time]) => isHanging(time)).map(([record]) => record);
  }
}
