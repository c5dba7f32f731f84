import type { Cancel, Clock } from '../time/clock.js';
import type { InFlightLimiter } from '../records/in-flight-limiter.js';
import type { FetchedBatch, FetchedRecord, TopicPartition } from '../records/fetched.js';
import { compareOffsets, type Offset, offsetAfter } from '../records/offset.js';
import type { PauseReasons } from './pause-reasons.js';
import type { Delay, Handler, PassedOver } from '../handler/handler.js';
import type { Settlement } from '../commit/settlement.js';

/** What the outside hears of records that are not handled, or not handled yet, for what their headers say. */
export interface IntakeEvents {
  passedOver(at: TopicPartition, offset: Offset, why: PassedOver): void;
  /** A record says that it is due later, by `excessMs`, than its topic's delay allows; it is handled after that delay. */
  dueTooLate(at: TopicPartition, offset: Offset, excessMs: number): void;
}

/** What a partition's intake is built from. */
export interface IntakeParts {
  readonly at: TopicPartition;
  readonly events: IntakeEvents;
  readonly handler: Handler;
  readonly budget: InFlightLimiter;
  readonly settlement: Settlement;
  readonly gate: PauseReasons;
  readonly clock: Clock;
  /** Takes one record in. */
  readonly enqueue: (record: FetchedRecord, receivedAt: number) => void;
  /** As much of a fetch as may be was taken in. */
  readonly received: () => void;
}

/** Clocks of two machines differ: what a due time may exceed its topic's delay by without being told. */
const CLOCK_TOLERANCE_MS = 10_000;

/** Takes in what is fetched of a partition: what is new, is meant for its handler, is due, and fits the budget. */
export class Intake {
  /** The partition's end offset, as far as the broker has said it. */
  end: Offset;
  /** When the broker last said so, in ms since the epoch; 0 before it has. */
  endKnownAt = 0;
  /** The offset that the client fetches next; behind the position while it fetches again what it had. */
  fetchOffset: Offset;
  #cancelDue: Cancel | undefined;
  /** The record that is not due yet, and until when it waits. */
  #waiting: { readonly offset: Offset; readonly untilMs: number } | undefined;
  #endRecheck: (() => void) | undefined;

  constructor(
    position: Offset,
    private readonly parts: IntakeParts,
  ) {
    this.end = position;
    this.fetchOffset = position;
  }

  /** @returns the last record taken, or `'all'`; undefined where nothing was */
  receive(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    this.end = batch.end;
    this.endKnownAt = this.parts.clock.now();
    this.fetchFrom(batch.from);
    const taken = this.#take(batch);
    if (taken === 'all') this.fetchOffset = batch.next;
    else if (taken) this.fetchOffset = offsetAfter(taken.offset);
    return taken;
  }

  /** The broker was asked for the partition's end. A fetch that was answered meanwhile may know of a later one. */
  endsAt(end: Offset): void {
    this.endKnownAt = this.parts.clock.now();
    if (compareOffsets(end, this.end) > 0) this.end = end;
  }

  /** The client will fetch from there: not before the commit, and perhaps beyond the position. */
  fetchFrom(offset: Offset): void {
    this.fetchOffset = offset;
    this.skipTo(offset);
  }

  /** Moves the position over offsets that hold no record for a reader: control records, aborted ones, gaps. */
  skipTo(next: Offset): void {
    const { tracker } = this.parts.settlement;
    if (compareOffsets(next, tracker.position) > 0) tracker.advanceTo(next);
    if (compareOffsets(next, this.fetchOffset) > 0) this.fetchOffset = next;
  }

  /** Stops the fetch again where there is no room for more. */
  checkBudget(): void {
    const { budget, settlement, gate } = this.parts;
    if (!budget.isFull(settlement.usage) && settlement.ahead < budget.aheadLimit) return;
    gate.add('over budget');
    this.#endRecheck ??= budget.whilePaused(() => this.readableAgain());
  }

  /** Lets the partition be fetched from again once it, or the process, has drained to half of what it may hold. */
  readableAgain(): void {
    const { budget, settlement, gate } = this.parts;
    if (!gate.has('over budget')) return;
    if (!budget.readmits(settlement.usage) || settlement.ahead >= budget.aheadLimit / 2) return;
    this.#endBudgetPause();
    gate.remove('over budget');
  }

  close(): void {
    this.#cancelDue?.();
    this.#endBudgetPause();
  }

  #endBudgetPause(): void {
    this.#endRecheck?.();
    this.#endRecheck = undefined;
  }

  #take(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    const { budget, settlement, clock, enqueue, received } = this.parts;
    const { tracker } = settlement;
    if (compareOffsets(batch.next, tracker.position) <= 0) return 'all';
    const receivedAt = clock.now();
    const whole = budget.admitsFetch(settlement.usage);
    let taken: FetchedRecord | undefined;
    let isRepeat = compareOffsets(batch.from, tracker.position) < 0;
    for (const record of batch.records) {
      isRepeat &&= compareOffsets(record.offset, tracker.position) < 0;
      if (isRepeat || this.#passesOver(record)) {
        taken = record;
        continue;
      }
      const hasRoom = (whole && budget.admitsRest) || budget.admitsRecord(settlement.usage);
      if (!hasRoom || !this.#isDue(record, receivedAt)) {
        if (taken) tracker.advanceTo(record.offset);
        received();
        return taken;
      }
      enqueue(record, receivedAt);
      taken = record;
    }
    tracker.advanceTo(batch.next);
    received();
    return 'all';
  }

  #passesOver(record: FetchedRecord): boolean {
    const { handler, at, events } = this.parts;
    const why = handler.passesOver?.(record, at.partition);
    if (why === undefined) return false;
    events.passedOver(at, record.offset, why);
    return true;
  }

  /** A record that is to wait is left in the log, with all that follow it, and fetched again when it is due. */
  #isDue(record: FetchedRecord, now: number): boolean {
    const { handler, gate, clock } = this.parts;
    if (!handler.delay) return true;
    const waitMs = this.#waitsUntil(record, handler.delay, now) - now;
    if (waitMs <= 0) return true;
    gate.add('not due yet');
    this.#cancelDue?.();
    this.#cancelDue = clock.schedule(waitMs, () => gate.remove('not due yet'));
    return false;
  }

  /** The longest wait counts from when the record is first seen: each time it is fetched again it would begin anew. */
  #waitsUntil(record: FetchedRecord, { dueAt, maxMs }: Delay, now: number): number {
    const { offset } = record;
    if (this.#waiting?.offset === offset) return this.#waiting.untilMs;
    const due = dueAt(record);
    const excessMs = due - now - maxMs;
    if (excessMs > CLOCK_TOLERANCE_MS) this.parts.events.dueTooLate(this.parts.at, offset, excessMs);
    this.#waiting = { offset, untilMs: Math.min(due, now + maxMs) };
    return this.#waiting.untilMs;
  }
}
