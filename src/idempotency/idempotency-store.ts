/** Records whose effect must happen once. */
export interface Claim {
  /** The handler and group that the effect belongs to. The same key in two scopes is two different keys. */
  readonly scope: string;
  /** Without duplicates. */
  readonly keys: readonly string[];
  /**
   * Aborts the wait for other claims. Work that resolves after the abort is rolled back, since its call has failed.
   */
  readonly signal?: AbortSignal;
}

/** The work of a claim in progress. */
export interface UnitOfWork {
  /** The keys that had no receipt, in the order of the claim. */
  readonly fresh: readonly string[];
  /**
   * Makes the receipts durable now instead of when the work ends, together with the effect if the store contains both.
   * No part of the effect may follow.
   */
  complete(): Promise<void>;
}

/**
 * Remembers which records were handled. Every store guarantees the following, tested by `store-conformance.ts`:
 *
 * - Work is called for the keys without a receipt, and not at all if all keys have one.
 * - Work that resolves leaves a receipt for each of them. Work that rejects, or resolves after the signal was aborted,
 *   leaves none, unless it was completed.
 * - Of two concurrent claims of the same key, one waits until the other has ended.
 */
export abstract class IdempotencyStore {
  /**
   * Runs work once per key.
   * @returns whether work was called
   * @throws the error of work, or the error that prevents the store from writing receipts: a `DependencyUnavailableError`
   *   if the record is not the cause; the record then waits
   */
  abstract once(claim: Claim, work: (unit: UnitOfWork) => Promise<void>): Promise<boolean>;

  /** Called at startup if a handler uses the store. Must not wait for a dependency that may be unavailable. */
  start(): void {}

  /** Called when the service stops. */
  stop(): void {}
}
