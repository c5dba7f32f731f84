import type { Clock, Turn } from '../time/clock.js';
import { RecordLanes } from './record-lanes.js';
import { isPromiseLike } from '../handler/promise-like.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { type FailureHandler, isUnavailable } from '../failures/failure-handler.js';
import { ANSWERED, type RecordHandler } from '../handler/handler.js';
import type { Dispatcher, DispatchEvents } from './dispatcher.js';

/** Calls a record handler for a partition's records, lane by lane. */
export class RecordDispatcher implements Dispatcher {
  readonly #lanes: RecordLanes;
  #limit = Infinity;
  #highestStarted = -1;
  #running = 0;
  #pumping = false;
  #deferred = false;
  #closed = false;

  constructor(
    private readonly handler: RecordHandler,
    private readonly events: DispatchEvents,
    private readonly failures: FailureHandler,
    private readonly clock: Clock,
    private readonly turn: Turn,
  ) {
    this.#lanes = new RecordLanes(handler.concurrency);
  }

  get running(): number {
    return this.#running;
  }

  get isDeferred(): boolean {
    return this.#deferred;
  }

  get activeCalls(): number {
    return this.#lanes.running;
  }

  get highestStarted(): number {
    return this.#highestStarted;
  }

  enqueue(record: InFlightRecord): void {
    this.#lanes.enqueue(record);
  }

  limitTo(limit: number): void {
    this.#limit = limit;
  }

  close(): void {
    this.#closed = true;
  }

  callOf(record: InFlightRecord): InFlightRecord | undefined {
    return record.startedAt > 0 ? record : undefined;
  }

  releaseSlot(record: InFlightRecord): void {
    this.#lanes.releaseSlot(record);
    this.pump();
  }

  pump(): void {
    if (this.#pumping || this.#deferred) return;
    this.#pumping = true;
    for (;;) {
      if (this.#closed) break;
      const now = this.clock.now();
      if (this.turn.spent(now)) {
        this.#deferPump();
        break;
      }
      const record = this.#lanes.next(this.#limit);
      if (!record) break;
      this.#start(record, now);
    }
    this.#pumping = false;
  }

  #deferPump(): void {
    this.#deferred = true;
    this.turn.defer(() => {
      this.#deferred = false;
      this.pump();
      // Calls that ended meanwhile saw the dispatcher busy; a drain has to learn that it no longer is.
      this.events.returned();
    });
  }

  #start(record: InFlightRecord, now: number): void {
    if (record.sequence > this.#highestStarted) this.#highestStarted = record.sequence;
    if (this.failures.isBehindParked(record)) {
      this.#follow(record);
      return;
    }
    this.#running++;
    this.events.started(record, now);
    this.events.callStarted(record, now);
    let pending: PromiseLike<unknown> | undefined;
    try {
      const result = this.handler.invoke(record);
      pending = isPromiseLike(result) ? result : this.handler.completion(result);
    } catch (error) {
      this.#failed(record, error);
      return;
    }
    if (pending) void this.#settleLater(record, pending);
    else this.#succeeded(record);
  }

  #follow(record: InFlightRecord): void {
    this.#lanes.releaseSlot(record);
    this.failures.parkBehindKey(record, {
      again: () => this.#again(record),
      done: () => this.#done(record),
    });
  }

  async #settleLater(record: InFlightRecord, result: PromiseLike<unknown>): Promise<void> {
    try {
      const value = await result;
      const completion = this.handler.completion(value);
      if (completion) await completion;
      const late = value === ANSWERED ? undefined : this.events.overdue(record);
      if (late) throw late;
    } catch (error) {
      this.#failed(record, error);
      this.pump();
      return;
    }
    this.#succeeded(record);
    this.pump();
  }

  #succeeded(record: InFlightRecord): void {
    const now = this.clock.now();
    this.#running--;
    this.events.callEnded(record, now);
    this.#lanes.done(record);
    this.events.succeeded(record, now);
    this.events.returned();
  }

  #failed(record: InFlightRecord, error: unknown): void {
    this.#running--;
    this.events.callEnded(record, this.clock.now());
    this.events.stopped(record);
    if (record.settled) {
      this.#lanes.done(record);
      this.events.failedAfterSettling(record, error);
    } else {
      // A record that waits for a dependency keeps its slot: otherwise every lane would try the dependency in turn.
      if (!isUnavailable(error)) this.#lanes.releaseSlot(record);
      this.failures.failed(record, error, {
        again: () => this.#again(record),
        done: () => this.#done(record),
      });
    }
    this.events.returned();
  }

  #again(record: InFlightRecord): void {
    if (record.settled) this.#lanes.done(record);
    else this.#lanes.requeue(record);
    this.pump();
  }

  #done(record: InFlightRecord): void {
    this.#lanes.done(record);
    this.pump();
  }
}
