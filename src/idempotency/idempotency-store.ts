/** What is to have one effect. */
export interface Claim {
  /** Whose effect it is: a handler in a group. Keys of different scopes are different. */
  readonly scope: string;
  /** Each once. */
  readonly keys: readonly string[];
  /** Ends a wait for others, and takes back what work has done that resolves afterwards: its call has failed. */
  readonly signal?: AbortSignal;
}

/** A claim's work, while it is done. */
export interface UnitOfWork {
  /** The keys that had no mark, in the order of the claim. */
  readonly fresh: readonly string[];
  /**
   * Makes the marks durable now, with the effect where the store holds both, rather than when the work ends.
   * Nothing of the effect may come after it.
   */
  complete(): Promise<void>;
}

/**
 * Remembers what was handled. A store keeps these promises, which `store.conformance.ts` holds it to:
 *
 * - Work is called for the keys without a mark, and not at all where all have one.
 * - Work that resolves leaves a mark for each of them; work that rejects, or resolves once the signal
 *   is aborted, leaves none, unless it was completed.
 * - Of two claims of one key at the same time, one waits until the other has ended.
 */
export abstract class IdempotencyStore {
  /**
   * Does work once.
   * @returns whether work was called
   * @throws what work throws, and what keeps the store from remembering: a `DependencyUnavailableError` where that
   *   is no fault of the record, which then waits
   */
  abstract once(claim: Claim, work: (unit: UnitOfWork) => Promise<void>): Promise<boolean>;

  /** Called when the service starts, if a handler uses the store. Must not wait for what may be away. */
  start(): void {}

  /** Called when the service stops. */
  stop(): void {}
}
