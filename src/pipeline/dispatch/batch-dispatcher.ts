import type { Cancel, Clock, Turn } from '../time/clock.js';
import { BatchLanes, type LaneBatch } from './batch-lanes.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { type BatchOutcome, outcomeOfError, outcomeOfResult } from '../failures/batch-outcomes.js';
import { FailedLanes } from './failed-lanes.js';
import { isUnavailable } from '../failures/failure-decisions.js';
import type { FailureHandler } from '../failures/failure-handler.js';
import { type Delivery, Redeliveries } from './redeliveries.js';
import type { BatchHandler } from '../handler/handler.js';
import type { CallResults } from './call-results.js';
import { Dispatcher } from './dispatcher.js';

/** Calls a batch handler for a partition's records. */
export class BatchDispatcher extends Dispatcher<Delivery> {
  readonly lanes: BatchLanes;
  readonly #redeliveries: Redeliveries;
  /** Cancels the wait of a batch that is not full. */
  #cancelWait: Cancel | undefined;
  /** Whether a batch may start before it is full: its wait is over, or no more records will come for now. */
  #due = false;
  readonly #running = new Map<InFlightRecord, LaneBatch>();

  constructor(
    private readonly handler: BatchHandler,
    results: CallResults,
    private readonly failures: FailureHandler,
    clock: Clock,
    turn: Turn,
  ) {
    super(results, clock, turn);
    this.lanes = new BatchLanes(handler.maxRecords, handler.concurrency);
    this.#redeliveries = new Redeliveries(this.lanes, (record) => failures.confirmedMeanwhile(record));
  }

  get running(): number {
    return this.#running.size;
  }

  get activeCalls(): number {
    return this.lanes.running;
  }

  /** A batch that is delivered again may have kept its slot. */
  protected get hasFreeSlot(): boolean {
    return !this.#redeliveries.isEmpty || this.lanes.hasSlot;
  }

  override close(): void {
    super.close();
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
    this.lanes.releaseSlot(batch);
    this.pump();
  }

  startIncomplete(): void {
    this.#due = this.lanes.startable > 0;
    this.pump();
  }

  protected next(limit: number): Delivery | undefined {
    if (!this.#redeliveries.isEmpty) return this.#redeliveries.next(limit);
    if (!this.lanes.canTake(limit)) return undefined;
    const isComplete = this.#due || limit !== Infinity || this.lanes.startable >= this.handler.maxRecords;
    if (!isComplete) {
      this.#waitForMore();
      return undefined;
    }
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#due = false;
    const batch = this.lanes.take(limit);
    return { batch, records: batch.records, singly: false };
  }

  #waitForMore(): void {
    this.#cancelWait ??= this.clock.schedule(this.handler.maxWaitMs, () => {
      this.#cancelWait = undefined;
      this.startIncomplete();
    });
  }

  protected start(delivery: Delivery, now: number): void {
    const [first] = delivery.records;
    if (!first) return;
    const records = delivery.singly ? [first] : delivery.records;
    this.#running.set(first, delivery.batch);
    for (const record of records) {
      this.noteStarted(record);
      this.results.started(record, now);
    }
    this.results.callStarted(first, now);
    void this.#run(delivery, records, first);
  }

  async #run(delivery: Delivery, records: readonly InFlightRecord[], first: InFlightRecord): Promise<void> {
    let outcome: BatchOutcome | undefined;
    let failure: unknown;
    try {
      let result = await this.handler.invoke(records);
      const completion = this.handler.completion(result);
      if (completion) result = await completion;
      const late = this.results.overdue(first);
      if (late) throw late;
      outcome = outcomeOfResult(records, result);
    } catch (error) {
      failure = error;
      outcome = outcomeOfError(records, error);
    }
    this.#running.delete(first);
    const now = this.clock.now();
    this.results.callEnded(first, now);
    if (outcome) this.#conclude(delivery, records, outcome, now);
    else this.#failed(delivery, failure);
    this.results.returned();
    this.pump();
  }

  #conclude(
    delivery: Delivery,
    records: readonly InFlightRecord[],
    { handled, failed, rest }: BatchOutcome,
    now: number,
  ): void {
    for (const record of handled) this.results.succeeded(record, now);
    const left = delivery.records.slice(records.length);
    if (failed.length === 0) {
      this.#redeliveries.redeliver(delivery, left);
      return;
    }
    // By naming the failed records, the handler confirmed the others.
    this.results.confirmed(handled);
    for (const { record } of failed) this.results.stopped(record);
    for (const record of rest) this.results.stopped(record);
    const failedRecords = failed.map(({ record }) => record);
    const unhandled = [...rest, ...left];
    // A batch that waits for a dependency keeps its slot: otherwise every batch would try the dependency in turn.
    const keepsSlot = delivery.batch.holdsSlot && failed.some(({ error }) => isUnavailable(error));
    // The remaining records become a batch of their own, so that the lanes of the others are free.
    const failing = this.#redeliveries.split(delivery, [...failedRecords, ...unhandled]);
    this.lanes.done(delivery.batch);
    if (keepsSlot) this.lanes.takeSlot(failing.batch);
    const lanes = new FailedLanes(failing, failedRecords, unhandled, this.#redeliveries);
    for (const { record, error } of failed) {
      if (record.settled) {
        this.results.failedAfterSettling(record, error);
        lanes.done(record);
      } else void this.#handleFailure(record, error, lanes);
    }
  }

  async #handleFailure(record: InFlightRecord, error: unknown, lanes: FailedLanes): Promise<void> {
    const stuck = (): void => {
      lanes.stuck(record);
      this.pump();
    };
    switch (await this.failures.handle(record, error, stuck)) {
      case 'again':
        lanes.again(record);
        break;
      case 'settled':
        lanes.done(record);
        break;
      case 'abandoned':
    }
    this.pump();
    this.failures.resolved();
  }

  /** The whole batch failed, and the error does not name a record. */
  #failed(delivery: Delivery, error: unknown): void {
    const { batch, records } = delivery;
    for (const record of records) this.results.stopped(record);
    // A batch that waits for a dependency keeps its slot: otherwise every batch would try the dependency in turn.
    if (!isUnavailable(error)) this.lanes.releaseSlot(batch);
    if (this.failures.isOver) return;
    const unsettled = this.#redeliveries.unsettledOf(records);
    const [first] = unsettled;
    const last = records.at(-1);
    if (first) {
      void this.#handleBatchFailure(delivery, unsettled, first, error);
      return;
    }
    this.#redeliveries.finish(delivery);
    if (last) this.results.failedAfterSettling(last, error);
  }

  async #handleBatchFailure(
    delivery: Delivery,
    records: readonly InFlightRecord[],
    first: InFlightRecord,
    error: unknown,
  ): Promise<void> {
    switch (await this.failures.handleBatch(first, error)) {
      case 'again':
        this.#redeliveries.redeliver(delivery, records);
        break;
      case 'singly':
        for (const record of records) {
          record.failures = first.failures;
          record.firstFailedAt = first.firstFailedAt;
        }
        this.#redeliveries.redeliver({ ...delivery, singly: true }, records);
        break;
      case 'abandoned':
    }
    this.pump();
    this.failures.resolved();
  }
}
