import type { Lane } from './lane.js';

/** Lanes by the age of their first record, the oldest first: a binary heap. */
export class LaneHeap {
  readonly #lanes: Lane[];

  constructor(lanes: readonly Lane[]) {
    this.#lanes = [...lanes];
    for (let at = (this.#lanes.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get first(): Lane | undefined {
    return this.#lanes[0];
  }

  /** The first lane's first record was taken: finds the lane its place, or drops it once it is empty. */
  firstChanged(): void {
    if (this.#lanes[0]?.head === undefined) {
      const last = this.#lanes.pop();
      if (last && this.#lanes.length > 0) this.#lanes[0] = last;
    }
    this.#sink(0);
  }

  #sink(from: number): void {
    const lane = this.#lanes[from];
    if (!lane) return;
    let at = from;
    for (;;) {
      const childAt = this.#olderOf(2 * at + 1, 2 * at + 2);
      const child = this.#lanes[childAt];
      if (!child || sequenceOf(child) >= sequenceOf(lane)) break;
      this.#lanes[at] = child;
      at = childAt;
    }
    this.#lanes[at] = lane;
  }

  #olderOf(left: number, right: number): number {
    const a = this.#lanes[left];
    const b = this.#lanes[right];
    return a && b && sequenceOf(b) < sequenceOf(a) ? right : left;
  }
}

function sequenceOf({ head }: Lane): number {
  return head ? head.sequence : Infinity;
}
