import type { Cancel, Clock } from './time/clock.js';
import type { BatchDispatcher } from './dispatch/batch-dispatcher.js';
import type { RecordDispatcher } from './dispatch/record-dispatcher.js';
import type { InFlightLimiter } from './records/in-flight-limiter.js';
import {
  byteLengthOf,
  type FetchedBatch,
  type FetchedRecord,
  type TopicPartition,
} from './records/fetched.js';
import { InFlightRecord, type RecordOwner } from './records/in-flight.js';
import { compareOffsets, type Offset, offsetAfter } from './records/offset.js';
import type { LimitPause } from './fetch/limit-pause.js';
import type { PauseReasons } from './fetch/pause-reasons.js';
import type { Delay, Handler, PassedOver } from './handler/handler.js';
import { keyNameOf } from './records/key-name.js';
import type { Settlement } from './commit/settlement.js';

/** Events of records that are passed over or delayed because of their headers. */
export interface RecordIntakeEvents {
  passedOver(at: TopicPartition, offset: Offset, why: PassedOver): void;
  /** A record's due time exceeds its topic's delay by `excessMs`; the record is handled after that delay. */
  dueTooLate(at: TopicPartition, offset: Offset, excessMs: number): void;
}

/** The dependencies of a partition's intake. */
export interface RecordIntakeParts {
  readonly at: TopicPartition;
  readonly events: RecordIntakeEvents;
  readonly handler: Handler;
  readonly limiter: InFlightLimiter;
  readonly settlement: Settlement;
  readonly pauses: PauseReasons;
  readonly limitPause: LimitPause;
  readonly dispatcher: RecordDispatcher | BatchDispatcher;
  /** Lets the handlers of the records confirm and commit them. */
  readonly owner: RecordOwner;
  readonly clock: Clock;
}

/** By how much a due time may exceed its topic's delay without being reported: clocks of two machines differ. */
const CLOCK_TOLERANCE_MS = 10_000;

/**
 * Takes in the fetched records of a partition that are new, meant for its handler, due, and within the limits: puts each
 * in its lane, and then has the handler called for those that may start.
 */
export class RecordIntake {
  /** Where a reader at this isolation level could read to when the broker last reported it. */
  reachableOffset: Offset;
  /** When the broker last reported it, in ms since the epoch; 0 before that. */
  reachableOffsetAt = 0;
  /** The offset that the client fetches next; below the position while it refetches known records. */
  fetchOffset: Offset;
  #cancelDue: Cancel | undefined;
  /** The record that is not due yet, and when it is due. */
  #notDue: { readonly offset: Offset; readonly untilMs: number } | undefined;

  constructor(
    position: Offset,
    private readonly parts: RecordIntakeParts,
  ) {
    this.reachableOffset = position;
    this.fetchOffset = position;
  }

  /**
   * Takes in the records of a fetch, up to the limits, and starts those that may start.
   * @returns the last record taken, or `'all'`; undefined if none was taken
   */
  receive(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    this.reachableOffset = batch.reachableOffset;
    this.reachableOffsetAt = this.parts.clock.now();
    this.fetchFrom(batch.from);
    const taken = this.#admit(batch);
    if (taken === 'all') this.fetchOffset = batch.next;
    else if (taken) this.fetchOffset = offsetAfter(taken.offset);
    return taken;
  }

  /** Records what the broker reported. It is ignored if a fetch has reported a later offset meanwhile. */
  raiseReachableOffset(offset: Offset): void {
    this.reachableOffsetAt = this.parts.clock.now();
    if (compareOffsets(offset, this.reachableOffset) > 0) this.reachableOffset = offset;
  }

  /** The client fetches from `offset`, which is at or above the committed offset and may be above the position. */
  fetchFrom(offset: Offset): void {
    this.fetchOffset = offset;
    this.skipTo(offset);
  }

  /** Moves the position past offsets without a visible record: control records, aborted records, gaps. */
  skipTo(next: Offset): void {
    const { tracker } = this.parts.settlement;
    if (compareOffsets(next, tracker.position) > 0) tracker.advanceTo(next);
    if (compareOffsets(next, this.fetchOffset) > 0) this.fetchOffset = next;
  }

  close(): void {
    this.#cancelDue?.();
  }

  #admit(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    const { limiter, settlement, clock } = this.parts;
    const { tracker } = settlement;
    if (compareOffsets(batch.next, tracker.position) <= 0) return 'all';
    const receivedAt = clock.now();
    const whole = limiter.admitsFetch(settlement.usage);
    let taken: FetchedRecord | undefined;
    let isRepeat = compareOffsets(batch.from, tracker.position) < 0;
    for (const record of batch.records) {
      isRepeat &&= compareOffsets(record.offset, tracker.position) < 0;
      if (isRepeat || this.#isPassedOver(record)) {
        taken = record;
        continue;
      }
      const hasRoom = (whole && limiter.admitsRest) || limiter.admitsRecord(settlement.usage);
      if (!hasRoom || !this.#isDue(record, receivedAt)) {
        if (taken) tracker.advanceTo(record.offset);
        this.#startRecords();
        return taken;
      }
      this.#enqueue(record, receivedAt);
      taken = record;
    }
    tracker.advanceTo(batch.next);
    this.#startRecords();
    return 'all';
  }

  /** From here on the record is in flight. */
  #enqueue(fetched: FetchedRecord, receivedAt: number): void {
    const { owner, settlement, dispatcher } = this.parts;
    const { nextSequence } = settlement.tracker;
    const bytes = byteLengthOf(fetched);
    const record = new InFlightRecord(owner, fetched, nextSequence, receivedAt, this.#laneOf(fetched), bytes);
    settlement.add(record);
    dispatcher.lanes.enqueue(record);
  }

  #laneOf(fetched: FetchedRecord): string | undefined {
    switch (this.parts.handler.order) {
      case 'partition':
        return '';
      case 'key':
        return keyNameOf(fetched);
      case 'none':
        return undefined;
    }
  }

  #startRecords(): void {
    const { dispatcher, limitPause, pauses } = this.parts;
    dispatcher.pump();
    limitPause.pauseIfFull();
    if (pauses.isPaused) dispatcher.startIncomplete();
  }

  #isPassedOver(record: FetchedRecord): boolean {
    const { handler, at, events } = this.parts;
    const why = handler.passesOver?.(record, at.partition);
    if (why === undefined) return false;
    events.passedOver(at, record.offset, why);
    return true;
  }

  /** A record that is not due stays in the log with all records behind it, and is fetched again when it is due. */
  #isDue(record: FetchedRecord, now: number): boolean {
    const { handler, pauses, clock } = this.parts;
    if (!handler.delay) return true;
    const waitMs = this.#dueTimeOf(record, handler.delay, now) - now;
    if (waitMs <= 0) return true;
    pauses.add('not due yet');
    this.#cancelDue?.();
    this.#cancelDue = clock.schedule(waitMs, () => pauses.remove('not due yet'));
    return false;
  }

  /** The maximum wait counts from when the record is first seen: a refetch must not restart it. */
  #dueTimeOf(record: FetchedRecord, { dueAt, maxMs }: Delay, now: number): number {
    const { offset } = record;
    if (this.#notDue?.offset === offset) return this.#notDue.untilMs;
    const due = dueAt(record);
    const excessMs = due - now - maxMs;
    if (excessMs > CLOCK_TOLERANCE_MS) this.parts.events.dueTooLate(this.parts.at, offset, excessMs);
    this.#notDue = { offset, untilMs: Math.min(due, now + maxMs) };
    return this.#notDue.untilMs;
  }
}
