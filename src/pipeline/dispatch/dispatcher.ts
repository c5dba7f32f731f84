import type { Clock, Turn } from '../time/clock.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { CallResults } from './call-results.js';

/** Which records a dispatcher may start: all, only those up to the highest that it has started, or none. */
export type Startable = 'all' | 'started before' | 'none';

/**
 * Calls the handler for a partition's records, in the order and concurrency that it asks for. This class has the loop
 * that starts calls, and interrupts it when the turn of the event loop is spent. A subclass chooses what starts next,
 * calls the handler, and acts on the result.
 *
 * @template Start what one call is for: a record, or a batch
 */
export abstract class Dispatcher<Start> {
  /** The highest sequence that may start. */
  #limit = Infinity;
  /** The highest sequence that was started; -1 before the first. */
  #highestStarted = -1;
  #pumping = false;
  #deferred = false;
  #closed = false;

  constructor(
    protected readonly results: CallResults,
    protected readonly clock: Clock,
    private readonly turn: Turn,
  ) {}

  /** Calls of the handler that have not ended. */
  abstract get running(): number;

  /** Lanes or batches whose handler is running, up to the handler's `concurrency`. */
  abstract get activeCalls(): number;

  /** Whether another call may start now, if there is something to start. */
  protected abstract get hasFreeSlot(): boolean;

  /** Where the records of the log wait, in offset order; after one is added, `pump` must follow. */
  abstract readonly lanes: { enqueue(record: InFlightRecord): void };

  /** The first record of the running call that handles a record; undefined if there is none. */
  abstract callOf(record: InFlightRecord): InFlightRecord | undefined;

  /** Frees the slot of a call for another lane: its handler only awaits a commit. */
  abstract releaseSlot(first: InFlightRecord): void;

  /** Starts also what would wait for more records: the partition is paused, so none come for now. */
  abstract startIncomplete(): void;

  /** Takes what may start next, if its sequences are at most `limit` and a slot is free. */
  protected abstract next(limit: number): Start | undefined;

  /** Calls the handler. */
  protected abstract start(next: Start, now: number): void;

  /** Whether more calls could start but wait for the next turn of the event loop. */
  get isDeferred(): boolean {
    return this.#deferred;
  }

  /** Restricts which records may start; `pump` must follow. */
  allow(startable: Startable): void {
    switch (startable) {
      case 'all':
        this.#limit = Infinity;
        break;
      case 'started before':
        this.#limit = this.#highestStarted;
        break;
      case 'none':
        this.#limit = -1;
    }
  }

  /** Starts no more calls. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Starts all records that may start.
   * @param now the time, if the caller has just read it
   */
  pump(now?: number): void {
    if (this.#pumping || this.#deferred) return;
    this.#pumping = true;
    let time = now;
    while (!this.#closed && this.hasFreeSlot) {
      time ??= this.clock.now();
      if (this.turn.spent(time)) {
        this.#deferPump();
        break;
      }
      const next = this.next(this.#limit);
      if (next === undefined) break;
      this.start(next, time);
      // A handler without `await` may have taken long.
      time = undefined;
    }
    this.#pumping = false;
  }

  /** A record is about to be handled. */
  protected noteStarted({ sequence }: InFlightRecord): void {
    if (sequence > this.#highestStarted) this.#highestStarted = sequence;
  }

  #deferPump(): void {
    this.#deferred = true;
    this.turn.defer(() => {
      this.#deferred = false;
      this.pump();
      // The dispatcher was busy when calls ended meanwhile: tell a waiting drain that it no longer is.
      this.results.returned();
    });
  }
}
