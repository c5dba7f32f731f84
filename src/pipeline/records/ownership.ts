/** One member's time with a partition: whether it has ended, and the signal that tells its handlers to stop. */
export class Ownership {
  readonly #abort = new AbortController();
  #endedBy: Error | undefined;

  /** Why it has ended; undefined while it lasts. */
  get endedBy(): Error | undefined {
    return this.#endedBy;
  }

  /** Aborted once the handlers should stop. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @throws the error that it ended with */
  requireLasting(): void {
    if (this.#endedBy) throw this.#endedBy;
  }

  /** Tells the handlers to stop. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  /** Ends it. The handlers are told to stop only by `abort`. */
  end(reason: Error): void {
    this.#endedBy = reason;
  }
}
