import type { Clock, Turn } from './time/clock.js';
import type { InFlightLimiter, Usage } from './records/in-flight-limiter.js';
import type { CommitSource } from './commit/commit-target.js';
import type { Committer } from './commit/committer.js';
import { byteLengthOf, type FetchedBatch, type FetchedRecord } from './records/fetched.js';
import { type CallWait, InFlightRecord, type RecordOwner } from './records/in-flight.js';
import { compareOffsets, type Offset } from './records/offset.js';
import { BatchDispatcher } from './dispatch/batch-dispatcher.js';
import { PartitionLostError } from './errors/errors.js';
import type { FailureEvent, FailureListener } from './failures/failure-event.js';
import { FailureHandler } from './failures/failure-handler.js';
import type { FailureProblem } from './failures/failure-problems.js';
import { PauseReasons, type PauseReason } from './fetch/pause-reasons.js';
import type { Handler } from './handler/handler.js';
import { HandlerCalls } from './dispatch/handler-calls.js';
import { RecordIntake, type RecordIntakeEvents } from './fetch/record-intake.js';
import { keyNameOf, Parking } from './parking/parking.js';
import { UnparkedDispatcher } from './dispatch/unparked-dispatcher.js';
import { RecordDispatcher } from './dispatch/record-dispatcher.js';
import type { DispatchEvents } from './dispatch/dispatcher.js';
import { Settlement } from './commit/settlement.js';
import type { TopicCounts } from './topic-counts.js';

/** Events of a partition that its group reacts to. */
export interface PartitionEvents {
  readonly failed: FailureListener;
  readonly intake: RecordIntakeEvents;
  /** Fetching must stop until `fetchResumed`. */
  fetchPaused(pipeline: PartitionPipeline): void;
  /** No reason to pause is left. */
  fetchResumed(pipeline: PartitionPipeline): void;
  /** No handler is running in it any more. */
  partitionIdle(): void;
}

/** What a partition's pipeline is built from. */
export interface PartitionParts {
  readonly handler: Handler;
  /** The group's, when this ownership began. */
  readonly generation: number;
  readonly limiter: InFlightLimiter;
  readonly committer: Committer;
  readonly counts: TopicCounts;
  readonly events: PartitionEvents;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: () => number;
}

/** One partition within one ownership: takes its records from the fetch to the committable offset. */
export class PartitionPipeline implements CommitSource, RecordOwner, DispatchEvents {
  committed: Offset | undefined;
  committedSequence = 0;
  /** Where this ownership began. */
  readonly startOffset: Offset;

  readonly #settlement: Settlement;
  readonly #intake: RecordIntake;
  readonly #dispatcher: RecordDispatcher | BatchDispatcher;
  readonly #failures: FailureHandler;
  readonly #pauses: PauseReasons;
  readonly #parking: Parking | undefined;
  readonly #unparked: UnparkedDispatcher | undefined;
  readonly #abort = new AbortController();
  readonly #calls: HandlerCalls;
  #startState: 'draining' | 'resting' | undefined;
  #closed: Error | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
    position: Offset,
    private readonly parts: PartitionParts,
  ) {
    const { handler, limiter, committer, events, clock, turn, random, generation } = parts;
    this.startOffset = position;
    this.#settlement = new Settlement(position, limiter, committer, clock);
    this.#calls = new HandlerCalls(this, handler.timeoutMs, clock);
    this.#pauses = new PauseReasons((closed) => {
      if (closed) events.fetchPaused(this);
      else events.fetchResumed(this);
    });
    this.#intake = new RecordIntake(position, {
      at: this,
      events: events.intake,
      handler,
      limiter,
      clock,
      settlement: this.#settlement,
      pauseReasons: this.#pauses,
      enqueue: (record, receivedAt) => this.#enqueue(record, receivedAt),
      batchReceived: () => this.#batchReceived(),
    });
    this.#parking = this.#createParking();
    this.#failures = new FailureHandler({
      at: this,
      handler,
      parking: this.#parking,
      clock,
      random,
      oldest: () => this.committableSequence,
      settle: (record) => this.confirmed([record]),
      report: (event) => this.#reportFailure(event),
      returned: () => this.returned(),
    });
    this.#dispatcher =
      handler.read === 'batch'
        ? new BatchDispatcher(handler, this, this.#failures, clock, turn)
        : new RecordDispatcher(handler, this, this.#failures, clock, turn);
    if (!this.#parking) return;
    this.#unparked = new UnparkedDispatcher(handler, this, this.#failures, this.#parking, clock);
    this.startReadyRecords();
    void this.#parking.start({ position, generation, confirm: () => this.#confirmOwned() });
  }

  #createParking(): Parking | undefined {
    const { handler, clock, random, events } = this.parts;
    if (!handler.parking) return undefined;
    return new Parking({
      store: handler.parking.storeOf(this),
      limit: handler.parking.limit,
      concurrency: handler.concurrency,
      clock,
      random,
      handleUnparked: (record) => this.#handleUnparked(record),
      loaded: () => this.startReadyRecords(),
      unavailable: (error, delayMs) =>
        events.failed({ kind: 'parking unavailable', at: this, error, delayMs }),
    });
  }

  /** Takes in an unparked record. It has no place in the log's order and does not affect the committable offset. */
  #handleUnparked(fetched: FetchedRecord): void {
    const bytes = byteLengthOf(fetched);
    const now = this.parts.clock.now();
    const record = new InFlightRecord(this, fetched, 0, now, undefined, bytes, 'parked');
    this.#settlement.add(record);
    this.#unparked?.start(record);
  }

  /** @throws if the broker does not confirm ownership */
  async #confirmOwned(): Promise<void> {
    if (this.#closed) throw this.#closed;
    await this.parts.committer.confirmOwnership(this);
    if (this.#closed) throw this.#closed;
  }

  /** How many records are parked; 0 where none may be. */
  get parked(): number {
    return this.#parking?.count ?? 0;
  }

  /** Why the parked keys are not known yet; nothing is handled until they are. */
  get parkingProblem(): unknown {
    return this.#parking?.isLoaded === false ? this.#parking.problem : undefined;
  }

  /** What is in flight. */
  get usage(): Usage {
    return this.#settlement.usage;
  }

  /** Whether this ownership has ended. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** The partition's end offset as the broker last reported it. */
  get endOffset(): Offset {
    return this.#intake.endOffset;
  }

  /** When the broker last reported it, in ms since the epoch; 0 before that. */
  get endOffsetAt(): number {
    return this.#intake.endOffsetAt;
  }

  /** The offset that the client fetches next; below the position while it refetches known records. */
  get fetchOffset(): Offset {
    return this.#intake.fetchOffset;
  }

  get position(): Offset {
    return this.#settlement.tracker.position;
  }

  get committableOffset(): Offset {
    return this.#settlement.tracker.committableOffset;
  }

  get committableSequence(): number {
    return this.#settlement.tracker.committableSequence;
  }

  /** The first unsettled record: it determines the committable offset. */
  get oldest(): InFlightRecord | undefined {
    return this.#settlement.tracker.oldest;
  }

  /** How long the committable offset has not moved although a record is in flight, in ms. */
  get stalledForMs(): number {
    return this.#settlement.stalledForMs;
  }

  /**
   * Whether a handler is running or about to run, or a record is being stored elsewhere. A handler that awaits its
   * commit does not count: the commit may depend on a record that is retried much later.
   */
  get busy(): boolean {
    const { running, isDeferred } = this.#dispatcher;
    if (isDeferred || running > this.#calls.awaitingCommit) return true;
    return this.#failures.busy || this.#unparked?.busy === true;
  }

  /** Lanes or batches whose handler is running; an unparked record counts as a lane of its own. */
  get activeCalls(): number {
    return this.#dispatcher.activeCalls + (this.#unparked?.activeCalls ?? 0);
  }

  /** Records or batches that wait for another attempt to handle or store them. */
  get waitingForRetry(): number {
    return this.#failures.waiting;
  }

  /** Whether fetching is paused. */
  get paused(): boolean {
    return this.#pauses.isPaused;
  }

  /** Why fetching is paused. */
  get pauseReasons(): readonly PauseReason[] {
    return this.#pauses.list;
  }

  /** Records that are stuck until an operator or a dependency resolves the cause. */
  get problems(): FailureProblem[] {
    return [...this.#failures.problems];
  }

  /** Records whose handlers timed out, were aborted, and are still running after as long again. */
  get unresponsive(): InFlightRecord[] {
    return this.#calls.unresponsive;
  }

  /** What the record's running handler waits for, in words; undefined if it does not wait or is not running. */
  waitOf(record: InFlightRecord): string | undefined {
    const call = this.#dispatcher.callOf(record);
    return call && this.#calls.waitOf(call);
  }

  /**
   * Takes in what a fetch brought, as much of it as the limiter admits, and starts what may start.
   * @returns the last record taken, or `'all'`; undefined where nothing was
   */
  receive(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    return this.#intake.receive(batch);
  }

  /** Takes in the end offset that the broker reported. */
  raiseEndOffset(end: Offset): void {
    this.#intake.raiseEndOffset(end);
  }

  /** The client will fetch from there: not before the commit, and perhaps beyond the position. */
  fetchFrom(offset: Offset): void {
    this.#intake.fetchFrom(offset);
  }

  /** Moves the position over offsets that hold no record for a reader: control records, aborted ones, gaps. */
  skipTo(next: Offset): void {
    this.#intake.skipTo(next);
  }

  /** Settles records that their handler confirmed; in partition order, all earlier records with them. */
  acknowledge(records: readonly InFlightRecord[]): void {
    if (this.#closed) throw this.#closed;
    const { order } = this.parts.handler;
    const last = records.at(-1);
    // A parked record was settled when it was parked; it leaves the parking topic once its handler has returned.
    if (!last || last.origin === 'parked') return;
    if (order === 'partition') this.#settlement.settleThrough(last);
    else this.#settleEach(records);
    this.#intake.resumeIfDrained();
  }

  /**
   * Commits an offset as Kafka clients do: every record before it is done.
   * @throws PartitionLostError once this ownership has ended
   * @throws Error in key order, where earlier records may still be at work
   */
  async commitBefore(offset: Offset): Promise<void> {
    const { commit, order } = this.parts.handler;
    if (commit === 'auto') return;
    if (this.#closed) throw this.#closed;
    if (order !== 'partition') {
      throw new Error(
        `${this.topic}[${this.partition}]: with order '${order}' an offset says nothing of the records before ` +
          `it; use OffsetsService.commit(context)`,
      );
    }
    let last: InFlightRecord | undefined;
    for (const record of this.#settlement.tracker.unsettledRecords()) {
      if (compareOffsets(record.offset, offset) >= 0) break;
      last = record;
    }
    if (last) await this.commit([last]);
    else await this.parts.committer.whenCommitted(this, this.committableSequence - 1);
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
    if (!first || !last || last.origin === 'parked') return;
    const covered = this.parts.committer.whenCommitted(this, last.sequence);
    const committed = this.waitStarted(first, { kind: 'commit', what: 'its commit' });
    this.#dispatcher.releaseSlot(this.#dispatcher.callOf(first) ?? first);
    try {
      await covered;
    } finally {
      committed();
    }
  }

  waitStarted(record: InFlightRecord, wait: CallWait): () => void {
    const call = this.#dispatcher.callOf(record);
    if (!call) return () => undefined;
    const ended = this.#calls.wait(call, wait);
    this.returned();
    return ended;
  }

  /** Aborted once the record's handler should stop: time over, partition lost, or service stopping. */
  signalOf(record: InFlightRecord): AbortSignal {
    const call = this.#dispatcher.callOf(record);
    const deadline = call && this.#calls.signalOf(call);
    return deadline ? AbortSignal.any([this.#abort.signal, deadline]) : this.#abort.signal;
  }

  /**
   * Aborts handlers that have exceeded their timeout.
   * @param blockedMs how long nothing could run in this process since the last check
   */
  checkTimeouts(blockedMs: number): void {
    this.#calls.check(blockedMs);
  }

  /** A rebalance begins: start nothing beyond the records already started, so that they can be committed soon. */
  drain(): void {
    this.#startState = 'draining';
    this.startReadyRecords();
  }

  /** Starts no handler and retries no store until the member has rejoined. */
  suspend(): void {
    this.#startState = 'resting';
    this.startReadyRecords();
  }

  /** The member has rejoined and kept the partition. */
  resumeAfterJoin(): void {
    this.#startState = undefined;
    this.startReadyRecords();
  }

  /** Stops fetching, and starts nothing beyond the records already started, until `resume`. */
  pause(): void {
    this.#pauses.add('paused by an operator');
    this.startReadyRecords();
  }

  /** Ends `pause`. */
  resume(): void {
    this.#pauses.remove('paused by an operator');
    this.startReadyRecords();
  }

  /** Re-evaluates which records may start. Call it after any reason to hold them has changed. */
  startReadyRecords(): void {
    const isResting = this.#startState === 'resting';
    const isHeld =
      this.#startState !== undefined ||
      this.#pauses.has('stopped by its handler') ||
      this.#pauses.has('paused by an operator') ||
      this.#parking?.isLoaded === false;
    if (isResting) this.#failures.suspend();
    else this.#failures.resume();
    if (isHeld) this.#unparked?.suspend();
    else this.#unparked?.resume();
    this.#dispatcher.allow(isResting ? 'none' : isHeld ? 'started before' : 'all');
    this.#dispatcher.pump();
  }

  /** Aborts the running handlers. */
  abort(reason: Error): void {
    this.#failures.abort();
    this.#abort.abort(reason);
  }

  /** Ends this ownership: nothing more is started, settled or committed, and handlers are told to stop. */
  close(reason: Error = new PartitionLostError(this.topic, this.partition)): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#intake.close();
    this.#dispatcher.close();
    this.#failures.close();
    this.#parking?.close();
    this.parts.committer.remove(this, reason);
    this.#settlement.close();
    this.abort(reason);
  }

  started(record: InFlightRecord, now: number): void {
    record.startedAt = now;
  }

  callStarted(first: InFlightRecord, now: number): void {
    this.#calls.started(first, now);
  }

  callEnded(first: InFlightRecord, now: number): void {
    this.parts.counts.calls.add(now - first.startedAt);
    this.#calls.ended(first);
  }

  overdue(first: InFlightRecord): Error | undefined {
    return this.#calls.overdue(first);
  }

  stopped(record: InFlightRecord): void {
    record.startedAt = 0;
  }

  succeeded(record: InFlightRecord, now: number): void {
    this.stopped(record);
    record.handled = true;
    this.parts.counts.handled++;
    if (this.#closed) return;
    this.#failures.passed(record);
    if (this.parts.handler.commit === 'manual' && record.origin === 'log') return;
    this.#settlement.settle(record, now);
    if (this.paused) this.#intake.resumeIfDrained();
  }

  confirmed(records: readonly InFlightRecord[]): void {
    if (this.#closed) return;
    this.#settleEach(records);
    this.#intake.resumeIfDrained();
  }

  #settleEach(records: readonly InFlightRecord[]): void {
    const now = this.parts.clock.now();
    for (const record of records) this.#settlement.settle(record, now);
  }

  failedAfterSettling(record: InFlightRecord, error: unknown): void {
    this.stopped(record);
    this.#failures.passed(record);
    // A handler that confirmed the record and then rethrows PartitionLostError has not failed.
    if (this.#closed && error === this.#closed) return;
    this.#reportFailure({ kind: 'failed after settling', record, error });
  }

  returned(): void {
    if (!this.busy) this.parts.events.partitionIdle();
  }

  /** Pauses and resumes as the failure demands, and passes it on. */
  #reportFailure(event: FailureEvent): void {
    switch (event.kind) {
      case 'breaker open':
        this.#pauses.add('circuit breaker');
        break;
      case 'breaker closed':
        this.#pauses.remove('circuit breaker');
        break;
      case 'stopped':
        this.#pauses.add('stopped by its handler');
        this.startReadyRecords();
        break;
      default:
    }
    this.parts.events.failed(event);
  }

  #enqueue(fetched: FetchedRecord, receivedAt: number): void {
    const bytes = byteLengthOf(fetched);
    const sequence = this.#settlement.tracker.nextSequence;
    const record = new InFlightRecord(this, fetched, sequence, receivedAt, this.#laneOf(fetched), bytes);
    this.#settlement.add(record);
    this.#dispatcher.enqueue(record);
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

  #batchReceived(): void {
    this.#dispatcher.pump();
    this.#intake.pauseIfFull();
    if (this.paused && this.#dispatcher instanceof BatchDispatcher) this.#dispatcher.startIncomplete();
  }
}
