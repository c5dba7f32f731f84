import type { InFlightRecord } from '../records/in-flight.js';

/** The records of one lane that wait, in offset order, linked by their `laneNext`. */
export class Lane {
  /** How many records wait. */
  waiting = 0;
  /** Whether a running batch has records of this lane. */
  busy = false;
  #head: InFlightRecord | undefined;
  #tail: InFlightRecord | undefined;

  /** @param name undefined for a record that has a lane to itself */
  constructor(readonly name: string | undefined) {}

  /** The sequence of the first record; `Infinity` if none waits. */
  get sequence(): number {
    return this.#head ? this.#head.sequence : Infinity;
  }

  push(record: InFlightRecord): void {
    if (this.#tail) this.#tail.laneNext = record;
    else this.#head = record;
    this.#tail = record;
    this.waiting++;
  }

  shift(): InFlightRecord | undefined {
    const record = this.#head;
    if (!record) return undefined;
    this.#head = record.laneNext;
    if (!this.#head) this.#tail = undefined;
    record.laneNext = undefined;
    this.waiting--;
    return record;
  }
}
