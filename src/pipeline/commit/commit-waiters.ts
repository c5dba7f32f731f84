import type { CommitSource } from './commit-target.js';

interface Waiter {
  readonly source: CommitSource;
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Handlers that wait until the broker has acknowledged a commit of their records. */
export class CommitWaiters {
  #waiters: Waiter[] = [];

  get isEmpty(): boolean {
    return this.#waiters.length === 0;
  }

  /** Resolves once a commit covers the record with that sequence. */
  add(source: CommitSource, sequence: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ source, sequence, resolve, reject });
    });
  }

  /** Resumes the handlers whose records are now covered by a commit. */
  resolveCovered(): void {
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      if (waiter.sequence < waiter.source.committedSequence) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }

  /** Rejects the handlers that wait for commits of a lost partition. */
  reject(source: CommitSource, reason: Error): void {
    const waiting = this.#waiters;
    this.#waiters = waiting.filter((waiter) => waiter.source !== source);
    for (const waiter of waiting) if (waiter.source === source) waiter.reject(reason);
  }
}
