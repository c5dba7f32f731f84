/** An item with a place in the partition's order. */
interface Sequenced {
  readonly sequence: number;
}

/** Items by their sequence, the oldest first: a binary heap. */
export class OldestFirst<T extends Sequenced> {
  readonly #heap: T[];

  /** @param items in any order; the array itself is not changed */
  constructor(items: readonly T[] = []) {
    this.#heap = [...items];
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  push(item: T): void {
    let at = this.#heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || parent.sequence <= item.sequence) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = item;
  }

  shift(): T | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first;
  }

  /** Restores the order after the sequence of the first item has increased. */
  firstChanged(): void {
    this.#sink(0);
  }

  #sink(from: number): void {
    const item = this.#heap[from];
    if (!item) return;
    let at = from;
    for (;;) {
      const below = this.#olderOf(2 * at + 1, 2 * at + 2);
      const child = this.#heap[below];
      if (!child || child.sequence >= item.sequence) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = item;
  }

  #olderOf(left: number, right: number): number {
    const a = this.#heap[left];
    const b = this.#heap[right];
    return a && b && b.sequence < a.sequence ? right : left;
  }
}
