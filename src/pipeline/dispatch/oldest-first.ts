import type { InFlightRecord } from '../records/in-flight.js';

/** Records that may start, the oldest first: a binary heap by their sequence. */
export class OldestFirst {
  readonly #heap: InFlightRecord[] = [];

  get first(): InFlightRecord | undefined {
    return this.#heap[0];
  }

  push(record: InFlightRecord): void {
    let at = this.#heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || parent.sequence <= record.sequence) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = record;
  }

  shift(): InFlightRecord | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(record: InFlightRecord): void {
    let at = 0;
    for (;;) {
      const below = this.#olderOf(2 * at + 1, 2 * at + 2);
      const child = this.#heap[below];
      if (!child || child.sequence >= record.sequence) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = record;
  }

  #olderOf(left: number, right: number): number {
    const a = this.#heap[left];
    const b = this.#heap[right];
    return a && b && b.sequence < a.sequence ? right : left;
  }
}
