import type { Cancel, Clock, Turn } from '../clock.js';
import { type InFlightBudget, Usage } from '../dispatch/budget.js';
import type { CommitSource, Committer } from '../offsets/committer.js';
import { OffsetTracker } from '../offsets/tracker.js';
import {
  byteLengthOf,
  type FetchedBatch,
  type FetchedRecord,
  type TopicPartition,
} from '../records/fetched.js';
import { InFlightRecord, type RecordOwner } from '../records/in-flight.js';
import { compareOffsets, type Offset, offsetAfter } from '../records/offset.js';
import { BatchRunner } from './batch-runner.js';
import { PartitionLostError } from './errors.js';
import { Failures, type FailureEvents, type FailureProblem } from './failures.js';
import { FetchGate, type FetchStop } from './fetch-gate.js';
import type { Aside, Handler } from './handler.js';
import { HandlerDeadlines } from './handler-deadlines.js';
import { isReleased, keyNameOf, Parking } from './parking.js';
import { ReleasedRunner } from './released-runner.js';
import { RecordRunner } from './record-runner.js';
import type { RunnerEvents } from './runner.js';
import type { TopicCounts } from './topic-counts.js';

/** What a partition's pipeline tells the outside. */
export interface PartitionEvents {
  readonly failures: RecordFailureEvents;
  /** Nothing more is to be fetched for now. */
  unreadable(pipeline: PartitionPipeline): void;
  /** There is nothing against fetching any more. */
  readable(pipeline: PartitionPipeline): void;
  /** No handler is at work in it any more. */
  idle(): void;
}

/** What becomes of records whose handlers failed. */
export interface RecordFailureEvents extends Omit<FailureEvents, 'stored' | 'unbraked'> {
  /** Its handler failed after it had settled the record: nothing is left to retry. */
  failedAfterSettling(record: InFlightRecord, error: unknown): void;
  /** Where records are parked does not answer; it is asked again after `delayMs`. */
  lotUnavailable(partition: TopicPartition, error: unknown, delayMs: number): void;
  /** Records of the partition pass again, which had failed too often to be given up. */
  unbraked(partition: TopicPartition): void;
}

/** What a partition's pipeline is built from. */
export interface PartitionParts {
  readonly handler: Handler;
  readonly budget: InFlightBudget;
  readonly committer: Committer;
  readonly counts: TopicCounts;
  readonly events: PartitionEvents;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: () => number;
}

/** The way of one partition's records, from the fetch to the watermark, within one ownership. */
export class PartitionPipeline implements CommitSource, RecordOwner, RunnerEvents, FailureEvents {
  readonly usage = new Usage();
  committed: Offset | undefined;
  committedSequence = 0;
  /** The partition's end offset, as far as the broker has said it. */
  end: Offset;
  /** When the broker last said so, in ms since the epoch; 0 before it has. */
  endKnownAt = 0;
  /** The offset that the client fetches next; behind the position while it fetches again what it had. */
  fetchesFrom: Offset;
  /** Where this ownership began. */
  readonly origin: Offset;

  readonly #tracker: OffsetTracker<InFlightRecord>;
  readonly #runner: RecordRunner | BatchRunner;
  readonly #failures: Failures;
  readonly #gate: FetchGate;
  readonly #parking: Parking | undefined;
  readonly #released: ReleasedRunner | undefined;
  /** Parked records that are at their handler again. */
  readonly #comingBack = new Set<InFlightRecord>();
  #cancelDue: Cancel | undefined;
  readonly #abort = new AbortController();
  readonly #deadlines: HandlerDeadlines;
  #watermarkMovedAt: number;
  #closed: Error | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
    position: Offset,
    private readonly parts: PartitionParts,
  ) {
    const { handler, clock, turn, random } = parts;
    this.end = position;
    this.origin = position;
    this.fetchesFrom = position;
    this.#tracker = new OffsetTracker(position);
    this.#deadlines = new HandlerDeadlines(this, handler.timeoutMs, clock);
    this.#watermarkMovedAt = clock.now();
    this.#gate = new FetchGate((closed) => {
      if (closed) parts.events.unreadable(this);
      else parts.events.readable(this);
    });
    this.#parking = this.#createParking();
    this.#failures = new Failures(handler, this, clock, random, this.#parking);
    this.#runner =
      handler.read === 'batch'
        ? new BatchRunner(handler, this, this.#failures, clock, turn)
        : new RecordRunner(handler, this, this.#failures, turn);
    if (!this.#parking) return;
    this.#released = new ReleasedRunner(handler, this, this.#failures, this.#parking);
    this.hold();
    void this.#parking.start(position, () => this.#assureOwned());
  }

  #createParking(): Parking | undefined {
    const { handler, clock, random, events } = this.parts;
    if (!handler.parking) return undefined;
    return new Parking({
      lot: handler.parking.lotOf(this),
      limit: handler.parking.limit,
      clock,
      random,
      deliver: (record) => this.#deliver(record),
      loaded: () => this.release(),
      unavailable: (error, delayMs) => events.failures.lotUnavailable(this, error, delayMs),
    });
  }

  /** Takes in a record that was parked: the log's own order, and the watermark, have nothing to do with it. */
  #deliver(fetched: FetchedRecord): void {
    const bytes = byteLengthOf(fetched);
    const now = this.parts.clock.now();
    const record = new InFlightRecord(this, fetched, -1, now, undefined, bytes);
    this.parts.budget.add(this.usage, bytes);
    this.#comingBack.add(record);
    this.#released?.start(record);
  }

  /** @throws where the partition may be another member's by now, whatever this one has heard */
  async #assureOwned(): Promise<void> {
    if (this.#closed) throw this.#closed;
    await this.parts.committer.assure(this);
    if (this.#closed) throw this.#closed;
  }

  /** How many records are parked; 0 where none may be. */
  get parked(): number {
    return this.#parking?.count ?? 0;
  }

  /** Why it is not known what is parked, as long as nothing is handled for that reason. */
  get parkingProblem(): unknown {
    return this.#parking?.isLoaded === false ? this.#parking.problem : undefined;
  }

  get position(): Offset {
    return this.#tracker.position;
  }

  get watermark(): Offset {
    return this.#tracker.watermark;
  }

  get watermarkSequence(): number {
    return this.#tracker.watermarkSequence;
  }

  /** The record that holds the watermark. */
  get oldest(): InFlightRecord | undefined {
    return this.#tracker.oldest;
  }

  /** How long the watermark has not moved although a record is in flight, in ms. */
  get stalledForMs(): number {
    const { oldest } = this.#tracker;
    return oldest ? this.parts.clock.now() - Math.max(oldest.receivedAt, this.#watermarkMovedAt) : 0;
  }

  /** Whether a handler is at work, or about to be, or a record is being stored elsewhere. */
  get busy(): boolean {
    return this.#runner.busy || this.#failures.busy || this.#released?.busy === true;
  }

  /** Whether the partition is not fetched from for now. */
  get paused(): boolean {
    return this.#gate.closed;
  }

  /** Why the partition is not fetched from. */
  get pausedBecause(): readonly FetchStop[] {
    return this.#gate.reasons;
  }

  /** Records that are stuck until somebody, or something outside, mends what they wait for. */
  get problems(): FailureProblem[] {
    return [...this.#failures.problems];
  }

  /** Records whose handlers ran into their timeout, were told to stop, and have not for as long again. */
  get unresponsive(): InFlightRecord[] {
    return this.#deadlines.unresponsive;
  }

  /**
   * Takes in what a fetch brought, as much of it as the budget admits, and starts what may start.
   * @returns the last record taken, or `'all'`; undefined where nothing was
   */
  receive(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    this.end = batch.end;
    this.endKnownAt = this.parts.clock.now();
    this.fetchFrom(batch.from);
    const taken = this.#take(batch);
    if (taken === 'all') this.fetchesFrom = batch.next;
    else if (taken) this.fetchesFrom = offsetAfter(taken.offset);
    return taken;
  }

  /** The broker was asked for the partition's end. A fetch that was answered meanwhile may know of a later one. */
  endsAt(end: Offset): void {
    this.endKnownAt = this.parts.clock.now();
    if (compareOffsets(end, this.end) > 0) this.end = end;
  }

  /** The client will fetch from there: not before the commit, and perhaps beyond the position. */
  fetchFrom(offset: Offset): void {
    this.fetchesFrom = offset;
    this.skipTo(offset);
  }

  /** Moves the position over offsets that hold no record for a reader: control records, aborted ones, gaps. */
  skipTo(next: Offset): void {
    if (compareOffsets(next, this.position) > 0) this.#tracker.advanceTo(next);
    if (compareOffsets(next, this.fetchesFrom) > 0) this.fetchesFrom = next;
  }

  #take(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    if (compareOffsets(batch.next, this.position) <= 0) return 'all';
    const receivedAt = this.parts.clock.now();
    const { budget, handler } = this.parts;
    const whole = budget.admitsFetch(this.usage);
    let taken: FetchedRecord | undefined;
    let isRepeat = compareOffsets(batch.from, this.position) < 0;
    for (const record of batch.records) {
      isRepeat &&= compareOffsets(record.offset, this.position) < 0;
      if (isRepeat || handler.passesOver?.(record)) {
        taken = record;
        continue;
      }
      if ((!whole && !budget.admitsRecord(this.usage)) || !this.#isDue(record, receivedAt)) {
        if (taken) this.#tracker.advanceTo(record.offset);
        this.#afterReceiving();
        return taken;
      }
      this.#enqueue(record, receivedAt);
      taken = record;
    }
    this.#tracker.advanceTo(batch.next);
    this.#afterReceiving();
    return 'all';
  }

  /** Settles records on their handler's word: alone in key order, with all before it in partition order. */
  acknowledge(records: readonly InFlightRecord[]): void {
    if (this.#closed) throw this.#closed;
    const { order } = this.parts.handler;
    const last = records.at(-1);
    // What was parked was settled when it was: it leaves the lot once its handler has returned.
    if (!last || isReleased(last)) return;
    if (order === 'partition') {
      for (const record of this.#tracker.settleThrough(last)) this.#freed(record);
      this.#watermarkMovedAt = this.parts.clock.now();
    } else for (const record of records) this.#settle(record);
    this.#readableAgain();
  }

  /**
   * What stock code means by committing an offset: every record before it is done.
   * @throws Error in key order, where earlier records may still be at work
   */
  async commitBefore(offset: Offset): Promise<void> {
    const { commit, order } = this.parts.handler;
    if (commit === 'auto') return;
    if (order !== 'partition') {
      throw new Error(
        `${this.topic}[${this.partition}]: with order '${order}' an offset says nothing of the records before ` +
          `it; use OffsetsService.commit(context)`,
      );
    }
    let last: InFlightRecord | undefined;
    for (const record of this.#tracker.unsettledRecords()) {
      if (compareOffsets(record.offset, offset) >= 0) break;
      last = record;
    }
    if (last) await this.commit([last]);
    else await this.parts.committer.covering(this, this.watermarkSequence - 1);
  }

  /**
   * Settles records as `acknowledge` does, and resolves once the broker has acknowledged a commit that covers
   * them. Meanwhile the handler's place is another lane's: the commit may have to wait for older records.
   * @throws PartitionLostError when the partition is, or goes, to another member
   */
  async commit(records: readonly InFlightRecord[]): Promise<void> {
    this.acknowledge(records);
    const [first] = records;
    const last = records.at(-1);
    if (!first || !last || isReleased(last)) return;
    const covered = this.parts.committer.covering(this, last.sequence);
    this.#runner.releasePlace(first);
    await covered;
  }

  /** Aborted once the record's handler should stop: time over, partition lost, or service stopping. */
  signalOf(record: InFlightRecord): AbortSignal {
    const deadline = this.#deadlines.signalOf(record);
    return deadline ? AbortSignal.any([deadline, this.#abort.signal]) : this.#abort.signal;
  }

  /** Aborts handlers that have run for longer than they may. */
  checkTimeouts(): void {
    this.#deadlines.check();
  }

  /** Starts nothing beyond what was started already, so that what has settled can be committed soon. */
  hold(): void {
    this.#released?.hold();
    this.#runner.limitTo(this.#runner.highestStarted);
    this.#runner.pump();
  }

  /** Goes on after `hold`, unless the partition's handler or an operator has stopped it. */
  release(): void {
    if (this.#gate.has('stopped by its handler') || this.#gate.has('by an operator')) return;
    if (this.#parking?.isLoaded === false) return;
    this.#released?.release();
    this.#runner.limitTo(Infinity);
    this.#runner.pump();
  }

  /** Fetches nothing more, and starts nothing beyond what was started already, until `resume`. */
  pause(): void {
    this.#gate.close('by an operator');
    this.hold();
  }

  /** Goes on after `pause`. */
  resume(): void {
    this.#gate.open('by an operator');
    this.release();
  }

  /** Tells the handlers at work to stop. */
  abort(reason: Error): void {
    this.#failures.abort();
    this.#abort.abort(reason);
  }

  /** Ends this ownership: nothing more is started, settled or committed, and handlers are told to stop. */
  close(reason: Error = new PartitionLostError(this.topic, this.partition)): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#cancelDue?.();
    this.#runner.close();
    this.#failures.close();
    this.#parking?.close();
    this.parts.committer.remove(this, reason);
    for (const record of this.#tracker.unsettledRecords()) this.parts.budget.remove(this.usage, record.bytes);
    for (const record of this.#comingBack) this.parts.budget.remove(this.usage, record.bytes);
    this.abort(reason);
  }

  started(record: InFlightRecord): void {
    record.startedAt = this.parts.clock.now();
    this.#deadlines.started(record);
  }

  callEnded(first: InFlightRecord): void {
    this.parts.counts.calls.add(this.parts.clock.now() - first.startedAt);
  }

  overdue(record: InFlightRecord): Error | undefined {
    return this.#deadlines.overdue(record);
  }

  stopped(record: InFlightRecord): void {
    record.startedAt = 0;
    this.#deadlines.ended(record);
  }

  succeeded(record: InFlightRecord): void {
    this.stopped(record);
    record.handled = true;
    this.parts.counts.handled++;
    if (this.#closed) return;
    this.#failures.passed(record);
    if (this.parts.handler.commit === 'manual' && !isReleased(record)) return;
    this.#settle(record);
    if (this.paused) this.#readableAgain();
  }

  confirmed(records: readonly InFlightRecord[]): void {
    if (this.#closed) return;
    for (const record of records) this.#settle(record);
    this.#readableAgain();
  }

  retrying(record: InFlightRecord, error: unknown, delayMs: number): void {
    if (!this.#closed) this.parts.events.failures.retrying(record, error, delayMs);
  }

  gaveUp(record: InFlightRecord, error: unknown, how: Aside): void {
    this.parts.events.failures.gaveUp(record, error, how);
    this.confirmed([record]);
  }

  notStored(record: InFlightRecord, error: unknown, how: Aside, delayMs: number): void {
    this.parts.events.failures.notStored(record, error, how, delayMs);
  }

  braked(record: InFlightRecord, error: unknown, reason: string, delayMs: number): void {
    if (this.#closed) return;
    this.#gate.close('dead-letter limit');
    this.parts.events.failures.braked(record, error, reason, delayMs);
  }

  unbraked(): void {
    this.parts.events.failures.unbraked(this);
    this.#gate.open('dead-letter limit');
  }

  halted(record: InFlightRecord, error: unknown): void {
    if (this.#closed) return;
    this.#gate.close('stopped by its handler');
    this.hold();
    this.parts.events.failures.halted(record, error);
  }

  stored(): void {
    this.returned();
  }

  failedAfterSettling(record: InFlightRecord, error: unknown): void {
    this.stopped(record);
    this.parts.events.failures.failedAfterSettling(record, error);
  }

  returned(): void {
    if (!this.busy) this.parts.events.idle();
  }

  #enqueue(fetched: FetchedRecord, receivedAt: number): void {
    const bytes = byteLengthOf(fetched);
    const sequence = this.#tracker.nextSequence;
    const record = new InFlightRecord(this, fetched, sequence, receivedAt, this.#laneOf(fetched), bytes);
    this.parts.budget.add(this.usage, bytes);
    this.#tracker.receive(record);
    this.#runner.enqueue(record);
  }

  #laneOf({ key }: FetchedRecord): string | undefined {
    switch (this.parts.handler.order) {
      case 'partition':
        return '';
      case 'key':
        return keyNameOf({ key });
      case 'none':
        return undefined;
    }
  }

  /** Records from the first unsettled one to the last received. */
  get #ahead(): number {
    return this.#tracker.nextSequence - this.#tracker.watermarkSequence;
  }

  #afterReceiving(): void {
    this.#runner.pump();
    const { budget } = this.parts;
    if (budget.isFull(this.usage) || this.#ahead >= budget.aheadLimit) this.#gate.close('over budget');
    if (this.paused && this.#runner instanceof BatchRunner) this.#runner.startIncomplete();
  }

  /** A record that is to wait is left in the log, with all that follow it, and fetched again when it is due. */
  #isDue(record: FetchedRecord, now: number): boolean {
    const waitMs = (this.parts.handler.dueAt?.(record) ?? now) - now;
    if (waitMs <= 0) return true;
    this.#gate.close('not due yet');
    this.#cancelDue?.();
    this.#cancelDue = this.parts.clock.schedule(waitMs, () => this.#gate.open('not due yet'));
    return false;
  }

  #settle(record: InFlightRecord): void {
    if (record.settled) return;
    if (isReleased(record)) {
      record.settled = true;
      this.#comingBack.delete(record);
      this.parts.budget.remove(this.usage, record.bytes);
      return;
    }
    if (this.#tracker.settle(record)) this.#watermarkMovedAt = this.parts.clock.now();
    this.#freed(record);
  }

  #freed(record: InFlightRecord): void {
    if (record.sequence >= this.#tracker.watermarkSequence) record.release();
    this.parts.committer.noteSettled();
    this.parts.budget.remove(this.usage, record.bytes);
  }

  #readableAgain(): void {
    const { budget } = this.parts;
    if (!this.paused || !budget.readmits(this.usage) || this.#ahead >= budget.aheadLimit / 2) return;
    this.#gate.open('over budget');
  }
}
