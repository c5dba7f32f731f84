import type { InFlightRecord } from '../records/in-flight.js';
import { OldestFirst } from './oldest-first.js';

/** First in, first out, through the records' own `readyNext` links. */
class ReadyQueue {
  #head: InFlightRecord | undefined;
  #tail: InFlightRecord | undefined;

  get first(): InFlightRecord | undefined {
    return this.#head;
  }

  push(record: InFlightRecord): void {
    if (this.#tail) this.#tail.readyNext = record;
    else this.#head = record;
    this.#tail = record;
  }

  shift(): InFlightRecord | undefined {
    const record = this.#head;
    if (!record) return undefined;
    this.#head = record.readyNext;
    if (!this.#head) this.#tail = undefined;
    record.readyNext = undefined;
    return record;
  }
}

/**
 * Decides which record of a partition may start: the first of its lane, when one of `concurrency` slots is
 * free, the older record first. A lane is a map entry from its name to its last record; it is removed when empty.
 */
export class RecordLanes {
  readonly #last = new Map<string, InFlightRecord>();
  readonly #fresh = new ReadyQueue();
  readonly #continued = new OldestFirst<InFlightRecord>();
  #running = 0;

  /** @param concurrency how many lanes may run at once */
  constructor(readonly concurrency: number) {}

  /** Records that occupy a slot. */
  get running(): number {
    return this.#running;
  }

  /** Named lanes that hold at least one record. */
  get size(): number {
    return this.#last.size;
  }

  enqueue(record: InFlightRecord): void {
    const { lane } = record;
    if (lane !== undefined) {
      const last = this.#last.get(lane);
      this.#last.set(lane, record);
      if (last) {
        last.laneNext = record;
        return;
      }
    }
    this.#fresh.push(record);
  }

  /**
   * Takes the next record that may start, if its sequence is at most `limit`; it holds a slot from then on.
   */
  next(limit: number): InFlightRecord | undefined {
    if (this.#running >= this.concurrency) return undefined;
    const queue = this.#oldestQueue(limit);
    const record = queue?.shift();
    if (!record) return undefined;
    record.holdsSlot = true;
    this.#running++;
    return record;
  }

  /** Frees the record's slot for another lane; the record stays at the head of its own lane. */
  releaseSlot(record: InFlightRecord): void {
    if (!record.holdsSlot) return;
    record.holdsSlot = false;
    this.#running--;
  }

  /** Queues a record to be handled again, when a slot is free. */
  requeue(record: InFlightRecord): void {
    this.releaseSlot(record);
    this.#continued.push(record);
  }

  /** Removes the record from its lane: the next record of the lane may start, or the lane is removed. */
  done(record: InFlightRecord): void {
    this.releaseSlot(record);
    const { lane, laneNext } = record;
    record.laneNext = undefined;
    if (laneNext) this.#continued.push(laneNext);
    else if (lane !== undefined) this.#last.delete(lane);
  }

  /**
   * Chooses the queue whose first record is older, so that neither a busy key nor new keys delay the oldest record and
   * with it the committable offset. New records are already in offset order.
   */
  #oldestQueue(limit: number): ReadyQueue | OldestFirst<InFlightRecord> | undefined {
    const fresh = this.#fresh.first;
    const continued = this.#continued.first;
    const isFresh = fresh && (!continued || fresh.sequence < continued.sequence);
    const first = isFresh ? fresh : continued;
    if (!first || first.sequence > limit) return undefined;
    return isFresh ? this.#fresh : this.#continued;
  }
}
