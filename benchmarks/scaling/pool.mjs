/** Limits concurrency; further callers wait in order. */
export class Pool {
  #free;
  #waiting = [];

  constructor(size) {
    this.#free = size;
  }

  async use(work) {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
