import type { Cancel, Clock, Turn } from '../clock.js';
import { BatchLanes, type RecordBatch } from '../dispatch/batch-lanes.js';
import type { InFlightRecord } from '../records/in-flight.js';
import { BatchRecordError } from './errors.js';
import type { BatchHandler } from './handler.js';
import { Retries } from './retries.js';
import type { Runner, RunnerEvents } from './runner.js';

/** Calls a batch handler for a partition's records. */
export class BatchRunner implements Runner {
  readonly #lanes: BatchLanes;
  readonly #retries: Retries;
  /** What failed and may be tried again as soon as there is a place. */
  readonly #again: { readonly batch: RecordBatch; readonly records: readonly InFlightRecord[] }[] = [];
  #cancelWait: Cancel | undefined;
  /** Full or not, what waits may start: the wait for more is over, or no more will come for now. */
  #due = false;
  #limit = Infinity;
  #highestStarted = -1;
  readonly #running = new Map<InFlightRecord, RecordBatch>();
  #deferred = false;
  #closed = false;

  constructor(
    private readonly handler: BatchHandler,
    private readonly events: RunnerEvents,
    private readonly clock: Clock,
    private readonly turn: Turn,
    random: () => number,
  ) {
    this.#lanes = new BatchLanes(handler.maxRecords, handler.concurrency);
    this.#retries = new Retries(handler.backoff, events, clock, random);
  }

  get busy(): boolean {
    return this.#running.size > 0 || this.#deferred;
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
    this.#retries.close();
  }

  /** Gives the place of the batch that starts with `record` to another: its handler waits for a commit. */
  releasePlace(record: InFlightRecord): void {
    const batch = this.#running.get(record);
    if (!batch) return;
    this.#lanes.release(batch);
    this.pump();
  }

  /** Starts batches that are not full: the partition is paused, so no more records come for now. */
  startIncomplete(): void {
    this.#due = true;
    this.pump();
  }

  pump(): void {
    while (!this.#closed && !this.#deferred && this.#startable()) {
      if (this.turn.spent()) {
        this.#deferPump();
        return;
      }
      this.#startNext();
    }
    if (this.#lanes.startable === 0) this.#due = false;
  }

  /** Whether a batch may start; where one waits to be filled, it will be looked at again when it is due. */
  #startable(): boolean {
    if (this.#again.length > 0) return this.#lanes.hasPlace;
    if (!this.#lanes.canTake(this.#limit)) return false;
    if (this.#isComplete()) return true;
    this.#waitForMore();
    return false;
  }

  #startNext(): void {
    const again = this.#again.shift();
    if (again) {
      this.#lanes.retake(again.batch);
      this.#start(again.batch, again.records);
      return;
    }
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#due = false;
    const batch = this.#lanes.take(this.#limit);
    this.#start(batch, batch.records);
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
      // What returned meanwhile found the runner busy with this; a drain waits to hear that it no longer is.
      this.events.returned();
    });
  }

  #start(batch: RecordBatch, records: readonly InFlightRecord[]): void {
    const [first] = records;
    if (!first) return;
    this.#running.set(first, batch);
    for (const record of records) {
      if (record.sequence > this.#highestStarted) this.#highestStarted = record.sequence;
      this.events.started(record);
    }
    void this.#run(batch, records, first);
  }

  async #run(batch: RecordBatch, records: readonly InFlightRecord[], first: InFlightRecord): Promise<void> {
    try {
      const completion = this.handler.completion(await this.handler.invoke(records));
      if (completion) await completion;
      const late = this.events.overdue(first);
      if (late) throw late;
      this.#running.delete(first);
      this.#lanes.done(batch);
      for (const record of records) this.events.succeeded(record);
    } catch (error) {
      this.#running.delete(first);
      this.#failed(batch, records, error);
    }
    this.events.returned();
    this.pump();
  }

  #failed(batch: RecordBatch, records: readonly InFlightRecord[], error: unknown): void {
    for (const record of records) this.events.stopped(record);
    const from = firstFailed(records, error);
    const done = records.slice(0, from);
    for (const record of done) this.events.succeeded(record);
    this.events.confirmed(done);
    const rest = records.slice(from).filter((record) => !record.settled);
    const failed = rest[0];
    if (!failed) {
      this.#lanes.done(batch);
      const last = records.at(-1);
      if (last) this.events.failedAfterSettling(last, error);
      return;
    }
    this.#retryLater(batch, rest, failed, error instanceof BatchRecordError ? error.cause : error);
  }

  #retryLater(
    batch: RecordBatch,
    rest: readonly InFlightRecord[],
    failed: InFlightRecord,
    error: unknown,
  ): void {
    this.#lanes.release(batch);
    this.#retries.later(failed, error, () => {
      this.#again.push({ batch, records: rest });
      this.pump();
    });
  }
}

/** The place of the record that failed: the first, unless the handler named another that exists. */
function firstFailed(records: readonly InFlightRecord[], error: unknown): number {
  if (!(error instanceof BatchRecordError)) return 0;
  const { index } = error;
  return Number.isInteger(index) && index > 0 && index < records.length ? index : 0;
}
