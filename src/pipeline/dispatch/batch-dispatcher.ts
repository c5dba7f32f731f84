import type { Cancel, Clock, Turn } from '../time/clock.js';
import { BatchLanes, type LaneBatch } from './batch-lanes.js';
import type { InFlightRecord } from '../records/in-flight.js';
import {
  type BatchOutcome,
  outcomeOfError,
  outcomeOfResult,
  type RecordFailure,
} from '../failures/batch-outcomes.js';
import { type Delivery, FailedLanes, type Redelivery } from './failed-lanes.js';
import { type FailureHandler, isUnavailable } from '../failures/failure-handler.js';
import type { BatchHandler } from '../handler/handler.js';
import type { Dispatcher, DispatchEvents } from './dispatcher.js';

/** Calls a batch handler for a partition's records. */
export class BatchDispatcher implements Dispatcher, Redelivery {
  readonly #lanes: BatchLanes;
  /** Failed deliveries that may be retried as soon as a slot is free. */
  readonly #redeliveries: Delivery[] = [];
  #cancelWait: Cancel | undefined;
  /** Whether a batch may start before it is full: its wait is over, or no more records will come for now. */
  #due = false;
  #limit = Infinity;
  #highestStarted = -1;
  readonly #running = new Map<InFlightRecord, LaneBatch>();
  #deferred = false;
  #closed = false;

  constructor(
    private readonly handler: BatchHandler,
    private readonly events: DispatchEvents,
    private readonly failures: FailureHandler,
    private readonly clock: Clock,
    private readonly turn: Turn,
  ) {
    this.#lanes = new BatchLanes(handler.maxRecords, handler.concurrency);
  }

  get running(): number {
    return this.#running.size;
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
    this.#cancelWait?.();
  }

  callOf(record: InFlightRecord): InFlightRecord | undefined {
    if (record.startedAt === 0) return undefined;
    if (this.#running.has(record)) return record;
    for (const [first, { records }] of this.#running) if (records.includes(record)) return first;
    return record;
  }

  releaseSlot(first: InFlightRecord): void {
    const batch = this.#running.get(first);
    if (!batch) return;
    this.#lanes.releaseSlot(batch);
    this.pump();
  }

  /** Starts batches that are not full: the partition is paused, so no more records come for now. */
  startIncomplete(): void {
    this.#due = true;
    this.pump();
  }

  pump(): void {
    while (!this.#closed && !this.#deferred && this.#startable()) {
      if (this.turn.spent(this.clock.now())) {
        this.#deferPump();
        return;
      }
      this.#startNext();
    }
    if (this.#lanes.startable === 0) this.#due = false;
  }

  /** Whether a batch may start. If one waits to be filled, this is evaluated again when the wait is over. */
  #startable(): boolean {
    const [again] = this.#redeliveries;
    if (again) return this.#isWithinLimit(again) && this.#lanes.hasSlot;
    if (!this.#lanes.canTake(this.#limit)) return false;
    if (this.#isComplete()) return true;
    this.#waitForMore();
    return false;
  }

  #isWithinLimit({ records }: Delivery): boolean {
    return records.every(({ sequence }) => sequence <= this.#limit);
  }

  #startNext(): void {
    const again = this.#redeliveries.shift();
    if (again) {
      this.#lanes.takeSlot(again.batch);
      this.#start(again);
      return;
    }
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#due = false;
    const batch = this.#lanes.take(this.#limit);
    this.#start({ batch, records: batch.records, singly: false });
  }

  #isComplete(): boolean {
    return this.#due || this.#limit !== Infinity || this.#lanes.startable >= this.handler.maxRecords;
  }

  #waitForMore(): void {
    this.#cancelWait ??= this.clock.schedule(this.handler.maxWaitMs, () => {
      this.#cancelWait = undefined;
      this.startIncomplete();
    });
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

  #start(delivery: Delivery): void {
    const [first] = delivery.records;
    if (!first) return;
    const records = delivery.singly ? [first] : delivery.records;
    this.#running.set(first, delivery.batch);
    for (const record of records) {
      if (record.sequence > this.#highestStarted) this.#highestStarted = record.sequence;
    }
    const now = this.clock.now();
    for (const record of records) this.events.started(record, now);
    this.events.callStarted(first, now);
    void this.#run(delivery, records, first);
  }

  async #run(delivery: Delivery, records: readonly InFlightRecord[], first: InFlightRecord): Promise<void> {
    let outcome: BatchOutcome | undefined;
    let failure: unknown;
    try {
      let result = await this.handler.invoke(records);
      const completion = this.handler.completion(result);
      if (completion) result = await completion;
      const late = this.events.overdue(first);
      if (late) throw late;
      outcome = outcomeOfResult(records, result);
    } catch (error) {
      failure = error;
      outcome = outcomeOfError(records, error);
    }
    this.#running.delete(first);
    const now = this.clock.now();
    this.events.callEnded(first, now);
    if (outcome) this.#conclude(delivery, records, outcome, now);
    else this.#failed(delivery, failure);
    this.events.returned();
    this.pump();
  }

  #conclude(
    delivery: Delivery,
    records: readonly InFlightRecord[],
    { handled, failed, rest }: BatchOutcome,
    now: number,
  ): void {
    for (const record of handled) this.events.succeeded(record, now);
    const left = delivery.records.slice(records.length);
    if (failed.length === 0) {
      this.redeliver(delivery, left);
      return;
    }
    // By naming the failed records, the handler reported the others as done.
    this.events.confirmed(handled);
    for (const { record } of failed) this.events.stopped(record);
    for (const record of rest) this.events.stopped(record);
    const failedRecords = failed.map(({ record }) => record);
    const unhandled = [...rest, ...left];
    // A batch that waits for a dependency keeps its slot: otherwise every batch would try the dependency in turn.
    const keepsPlace = delivery.batch.holdsSlot && failed.some(({ error }) => isUnavailable(error));
    // With what is left of it as a batch of its own, the lanes open that nothing is left of.
    const failing = this.split(delivery, [...failedRecords, ...unhandled]);
    this.#lanes.done(delivery.batch);
    if (keepsPlace) this.#lanes.takeSlot(failing.batch);
    this.#handleFailures(failed, new FailedLanes(failing, failedRecords, unhandled, this));
  }

  #handleFailures(failed: readonly RecordFailure[], lanes: FailedLanes): void {
    for (const { record, error } of failed) {
      if (record.settled) {
        this.events.failedAfterSettling(record, error);
        lanes.done(record);
        continue;
      }
      this.failures.failed(record, error, {
        again: () => {
          lanes.again(record);
          this.pump();
        },
        done: () => {
          lanes.done(record);
          this.pump();
        },
        stuck: () => {
          lanes.stuck(record);
          this.pump();
        },
      });
    }
  }

  /** The whole batch failed, and the error does not name a record. */
  #failed(delivery: Delivery, error: unknown): void {
    const { batch, records } = delivery;
    for (const record of records) this.events.stopped(record);
    // A batch that waits for a dependency keeps its slot: otherwise every batch would try the dependency in turn.
    if (!isUnavailable(error)) this.#lanes.releaseSlot(batch);
    if (this.failures.isOver) return;
    const unsettled = this.#unsettledOf(records);
    const [first] = unsettled;
    const last = records.at(-1);
    if (!first) {
      this.#finish(delivery);
      if (last) this.events.failedAfterSettling(last, error);
      return;
    }
    const again = (): void => {
      this.redeliver(delivery, unsettled);
      this.pump();
    };
    if (isUnavailable(error)) {
      this.failures.wait(first, error, again);
      return;
    }
    this.failures.note(first, error);
    const delayMs = this.failures.retryDelayMs(first, error);
    if (delayMs === undefined) {
      this.#isolate(delivery, unsettled, first);
      return;
    }
    this.failures.retry(first, error, delayMs, again);
  }

  /** Handles each record once more on its own, to find the records that fail. */
  #isolate(delivery: Delivery, records: readonly InFlightRecord[], first: InFlightRecord): void {
    const { failures, firstFailedAt } = first;
    for (const record of records) {
      record.failures = failures;
      record.firstFailedAt = firstFailedAt;
    }
    this.redeliver({ ...delivery, singly: true }, records);
  }

  leaveSlot({ batch }: Delivery): void {
    this.#lanes.releaseSlot(batch);
  }

  split(delivery: Delivery, records: readonly InFlightRecord[]): Delivery {
    return { ...delivery, batch: this.#lanes.split(delivery.batch, records) };
  }

  redeliver(delivery: Delivery, next: readonly InFlightRecord[]): void {
    const records = this.#unsettledOf(next);
    if (records.length === 0) {
      this.#finish(delivery);
      return;
    }
    const { batch } = this.split(delivery, records);
    this.#lanes.done(delivery.batch);
    this.#redeliveries.push({ ...delivery, batch, records });
  }

  /** Those that are to be delivered again. Of the others, nobody is told any more that they failed, or wait. */
  #unsettledOf(records: readonly InFlightRecord[]): readonly InFlightRecord[] {
    for (const record of records) if (record.settled) this.failures.confirmedMeanwhile(record);
    return records.filter(({ settled }) => !settled);
  }

  #finish({ batch, whenDone }: Delivery): void {
    this.#lanes.done(batch);
    whenDone?.();
  }
}
