import type { Clock, Turn } from '../time/clock.js';
import { RecordLanes } from './record-lanes.js';
import { isPromiseLike } from '../handler/promise-like.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { isUnavailable } from '../failures/failure-decisions.js';
import type { FailureHandler } from '../failures/failure-handler.js';
import type { FailureResolution } from '../failures/failure-resolution.js';
import { ANSWERED, type RecordHandler } from '../handler/handler.js';
import type { CallResults } from './call-results.js';
import { Dispatcher } from './dispatcher.js';

/** Calls a record handler for a partition's records, lane by lane. */
export class RecordDispatcher extends Dispatcher<InFlightRecord> {
  readonly lanes: RecordLanes;
  #running = 0;

  constructor(
    private readonly handler: RecordHandler,
    results: CallResults,
    private readonly failures: FailureHandler,
    clock: Clock,
    turn: Turn,
  ) {
    super(results, clock, turn);
    this.lanes = new RecordLanes(handler.concurrency);
  }

  get running(): number {
    return this.#running;
  }

  get activeCalls(): number {
    return this.lanes.running;
  }

  protected get hasFreeSlot(): boolean {
    return this.lanes.running < this.lanes.concurrency;
  }

  callOf(record: InFlightRecord): InFlightRecord | undefined {
    return record.startedAt > 0 ? record : undefined;
  }

  releaseSlot(record: InFlightRecord): void {
    this.lanes.releaseSlot(record);
    this.pump();
  }

  startIncomplete(): void {
    // A record waits for no others.
  }

  protected next(limit: number): InFlightRecord | undefined {
    return this.lanes.next(limit);
  }

  protected start(record: InFlightRecord, now: number): void {
    this.noteStarted(record);
    if (this.failures.isBehindParked(record)) {
      this.lanes.releaseSlot(record);
      void this.#continueAfter(record, this.failures.parkBehindKey(record));
      return;
    }
    this.#running++;
    this.results.started(record, now);
    this.results.callStarted(record, now);
    let pending: PromiseLike<unknown> | undefined;
    try {
      const result = this.handler.invoke(record);
      pending = isPromiseLike(result) ? result : this.handler.completion(result);
    } catch (error) {
      this.#failed(record, error);
      return;
    }
    if (pending) void this.#settleLater(record, pending);
    else this.#succeeded(record, this.clock.now());
  }

  async #settleLater(record: InFlightRecord, result: PromiseLike<unknown>): Promise<void> {
    try {
      const value = await result;
      const completion = this.handler.completion(value);
      if (completion) await completion;
      const late = value === ANSWERED ? undefined : this.results.overdue(record);
      if (late) throw late;
    } catch (error) {
      this.#failed(record, error);
      this.pump();
      return;
    }
    const now = this.clock.now();
    this.#succeeded(record, now);
    this.pump(now);
  }

  #succeeded(record: InFlightRecord, now: number): void {
    this.#running--;
    this.results.callEnded(record, now);
    this.lanes.done(record);
    this.results.succeeded(record, now);
    this.results.returned();
  }

  #failed(record: InFlightRecord, error: unknown): void {
    this.#running--;
    this.results.callEnded(record, this.clock.now());
    this.results.stopped(record);
    if (record.settled) {
      this.lanes.done(record);
      this.results.failedAfterSettling(record, error);
    } else {
      // A record that waits for a dependency keeps its slot: otherwise every lane would try the dependency in turn.
      if (!isUnavailable(error)) this.lanes.releaseSlot(record);
      void this.#continueAfter(record, this.failures.handle(record, error));
    }
    this.results.returned();
  }

  /** Continues the lane as the resolution of a failure requires. */
  async #continueAfter(record: InFlightRecord, resolution: Promise<FailureResolution>): Promise<void> {
    switch (await resolution) {
      case 'again':
        if (record.settled) this.lanes.done(record);
        else this.lanes.requeue(record);
        break;
      case 'settled':
        this.lanes.done(record);
        break;
      case 'abandoned':
    }
    this.pump();
    this.failures.resolved();
  }
}
