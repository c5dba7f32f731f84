import type { Micros } from '../clock.js';

/** Instead of an offset: its request has no response yet, or never will. */
export const UNANSWERED = -1;
export const GIVEN_UP = -2;

const NEVER = Number.POSITIVE_INFINITY;

/** A growing column with a number for each record. */
class Column<A extends Float64Array | Int32Array> {
  constructor(
    private values: A,
    private readonly initial: number,
    private readonly make: (length: number) => A,
  ) {
    values.fill(initial);
  }

  get(id: number): number {
    return this.values[id] ?? this.initial;
  }

  set(id: number, value: number): void {
    if (id >= this.values.length) this.#grow(id);
    this.values[id] = value;
  }

  #grow(id: number): void {
    const larger = this.make(Math.max(id + 1, this.values.length * 2));
    larger.fill(this.initial, this.values.length);
    larger.set(this.values);
    this.values = larger;
  }
}

const floats = (initial: number): Column<Float64Array> => {
  const make = (length: number): Float64Array => new Float64Array(length);
  return new Column(make(1 << 16), initial, make);
};
const ints = (initial: number): Column<Int32Array> => {
  const make = (length: number): Int32Array => new Int32Array(length);
  return new Column(make(1 << 16), initial, make);
};

/**
 * All records of a run by id, and their outcomes. Columns rather than objects, since a long run has
 * millions.
 */
export class RecordTable {
  readonly key = ints(-1);
  readonly topic = ints(-1);
  readonly partition = ints(-1);
  /** The acknowledged offset; negative without an acknowledgement. */
  readonly offset = floats(UNANSWERED);
  /** When a handler was first called with it. */
  readonly startedAt = floats(NEVER);
  /** When a handler first finished it or failed permanently. */
  readonly settledAt = floats(NEVER);
  /** The number of the instance that finished it first; -1 for none. */
  readonly settledBy = ints(-1);
  /** How often it was handled. */
  readonly done = ints(0);
  /** When a handler first failed. */
  readonly failedAt = floats(NEVER);
  readonly deadLettered = ints(0);
  /** Removed from the log by the fault itself, before it was handled. */
  readonly gone = ints(0);
  /** The topics by number. */
  readonly topics: string[] = [];
  /** The instances by number. */
  readonly instances: string[] = [];

  sent = 0;
  acknowledged = 0;
  handled = 0;
  failed = 0;
  /** Acknowledged, and neither handled nor removed. */
  behind = 0;
  #repeats: { readonly id: number; readonly at: Micros; readonly instance: string }[] = [];

  get repeats(): readonly { readonly id: number; readonly at: Micros; readonly instance: string }[] {
    return this.#repeats;
  }

  /** A new record of a key. @returns its id */
  add(topic: string, partition: number, key: number): number {
    const id = this.sent++;
    this.topic.set(id, numberOf(this.topics, topic));
    this.partition.set(id, partition);
    this.key.set(id, key);
    return id;
  }

  /** The broker has acknowledged it. If a request was sent twice, the first offset counts. */
  acknowledge(id: number, offset: number): void {
    if (this.offset.get(id) >= 0) return;
    this.offset.set(id, offset);
    this.acknowledged++;
    if (this.#isOpen(id)) this.behind++;
  }

  /** Its request was abandoned: it may be in the log or not. */
  giveUp(id: number): void {
    if (this.offset.get(id) === UNANSWERED) this.offset.set(id, GIVEN_UP);
  }

  start(id: number, at: Micros): void {
    if (at < this.startedAt.get(id)) this.startedAt.set(id, at);
  }

  fail(id: number, at: Micros): void {
    this.failed++;
    if (at < this.failedAt.get(id)) this.failedAt.set(id, at);
  }

  finish(id: number, at: Micros, instance: string): void {
    const before = this.done.get(id);
    if (this.#isOpen(id)) this.behind--;
    if (before === 0) this.handled++;
    this.done.set(id, before + 1);
    const [first, by] = [this.settledAt.get(id), this.instances[this.settledBy.get(id)]];
    // Ledgers are read one after the other, so a later line may be older.
    if (before > 0 && id >= this.#firstId)
      this.#repeats.push(
        at < first && by !== undefined ? { id, at: first, instance: by } : { id, at, instance },
      );
    if (at >= first) return;
    this.settledAt.set(id, at);
    this.settledBy.set(id, numberOf(this.instances, instance));
  }

  deadLetter(id: number): void {
    if (this.#isOpen(id) && this.offset.get(id) >= 0) this.behind--;
    this.deadLettered.set(id, this.deadLettered.get(id) + 1);
    // A process that was killed while it wrote may leave an incomplete line.
    const known = [this.failedAt.get(id), this.startedAt.get(id)].find((at) => at < NEVER) ?? 0;
    if (known < this.settledAt.get(id)) this.settledAt.set(id, known);
  }

  /** The first id that counts; earlier records were deleted with their topic. */
  #firstId = 0;

  get firstId(): number {
    return this.#firstId;
  }

  /** Records up to now no longer count. */
  forget(): void {
    this.#firstId = this.sent;
    this.behind = 0;
    this.#repeats = [];
  }

  /** The fault itself has removed records from the log. Those that were handled before count as handled. */
  removeOpen(): void {
    for (const id of this.acknowledgedIds()) {
      if (!this.#isOpen(id)) continue;
      this.behind--;
      this.gone.set(id, 1);
      this.settledAt.set(id, 0);
    }
  }

  /** Whether it counts and has no outcome yet. */
  #isOpen(id: number): boolean {
    if (id < this.#firstId) return false;
    return this.done.get(id) === 0 && this.deadLettered.get(id) === 0 && this.gone.get(id) === 0;
  }

  isLost(id: number): boolean {
    return this.offset.get(id) >= 0 && this.#isOpen(id);
  }

  /** The ids that the broker has acknowledged. */
  *acknowledgedIds(): Generator<number> {
    for (let id = this.#firstId; id < this.sent; id++) if (this.offset.get(id) >= 0) yield id;
  }

  /** The topic and partition that a record is in. */
  placeOf(id: number): string {
    return `${this.topics[this.topic.get(id)]}[${this.partition.get(id)}]`;
  }

  /** The acknowledged ids by partition, optionally filtered. */
  byPartition(isMeant: (id: number) => boolean = () => true): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const id of this.acknowledgedIds()) {
      if (!isMeant(id)) continue;
      const ids = found.get(this.placeOf(id));
      if (ids) ids.push(id);
      else found.set(this.placeOf(id), [id]);
    }
    return found;
  }

  /** The name of a record in messages. */
  nameOf(id: number): string {
    const offset = this.offset.get(id);
    return `record ${id} of key ${this.key.get(id)} at ${this.placeOf(id)} ${offset < 0 ? '' : `offset ${offset}`}`.trim();
  }
}

/** The index of the name in the list; appends it if it is new. */
function numberOf(names: string[], name: string): number {
  const known = names.indexOf(name);
  return known >= 0 ? known : names.push(name) - 1;
}
