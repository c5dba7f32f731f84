import type { Offset } from '../records/offset.js';

/** A record in the tracker: its position, its state, and a link to the next one. */
export interface Trackable {
  readonly offset: Offset;
  readonly sequence: number;
  settled: boolean;
  following: this | undefined;
}

/**
 * Determines which offset of one partition may be committed.
 *
 * Keeps the received records in order, and never assumes that offsets are contiguous: compaction, transactions and
 * control records leave gaps. The work per record is constant and allocates nothing.
 */
export class OffsetTracker<T extends Trackable> {
  #head: T | undefined;
  #tail: T | undefined;
  #position: Offset;
  #nextSequence = 0;
  #unsettled = 0;

  /** @param position the offset the partition is read from */
  constructor(position: Offset) {
    this.#position = position;
  }

  /** The next offset to be fetched: everything below it was received or does not exist. */
  get position(): Offset {
    return this.#position;
  }

  /** The first offset that is not settled. Commits go up to here. */
  get committableOffset(): Offset {
    return this.#head ? this.#head.offset : this.#position;
  }

  /** Every record with a sequence below this one is settled. */
  get committableSequence(): number {
    return this.#head ? this.#head.sequence : this.#nextSequence;
  }

  /** The first unsettled record: it determines the committable offset. */
  get oldest(): T | undefined {
    return this.#head;
  }

  /** Records received and not settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** The sequence of the next record to be received. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Receives the partition's next record. Call `advanceTo` once all records of the fetch are received. */
  track(record: T): void {
    if (this.#tail) this.#tail.following = record;
    else this.#head = record;
    this.#tail = record;
    this.#nextSequence = record.sequence + 1;
    this.#unsettled++;
  }

  /** Moves the position to `next`, which must lie beyond all records received. */
  advanceTo(next: Offset): void {
    this.#position = next;
  }

  /** @returns whether the committable offset moved */
  settle(record: T): boolean {
    if (record.settled) return false;
    record.settled = true;
    this.#unsettled--;
    if (record !== this.#head) return false;
    this.#dropSettled();
    return true;
  }

  /**
   * Settles `record` and every record before it, as a Kafka commit does.
   * @returns the records that this call settled
   */
  settleThrough(record: T): T[] {
    const settled: T[] = [];
    for (let each = this.#head; each && each.sequence <= record.sequence; each = each.following) {
      if (each.settled) continue;
      each.settled = true;
      settled.push(each);
    }
    this.#unsettled -= settled.length;
    this.#dropSettled();
    return settled;
  }

  /** The unsettled records, oldest first. */
  *unsettledRecords(): Generator<T, void, void> {
    for (let each = this.#head; each; each = each.following) {
      if (!each.settled) yield each;
    }
  }

  #dropSettled(): void {
    let head = this.#head;
    while (head?.settled) {
      const { following } = head;
      // Unlink it: a settled record that V8 has promoted to its old generation would keep all later ones from being
      // collected early.
      head.following = undefined;
      head = following;
    }
    this.#head = head;
    if (!head) this.#tail = undefined;
  }
}
