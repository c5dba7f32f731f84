import type { CommitSource, CommitTarget } from './commit-target.js';
import { OwnershipUnknownError } from '../errors/ownership-unknown.error.js';

/** Checks that a partition is still this member's: the broker accepts a commit from the owner only. */
export class OwnershipCheck {
  /** During a rebalance, commits are still sent but no longer prove ownership. */
  #membership: 'none' | 'joined' | 'rebalancing' = 'none';
  /** Counts the joins, to recognize a commit that was sent before the latest. */
  #joins = 0;

  constructor(private readonly target: CommitTarget) {}

  joined(): void {
    this.#membership = 'joined';
    this.#joins++;
  }

  rebalanceStarted(): void {
    if (this.#membership === 'joined') this.#membership = 'rebalancing';
  }

  left(): void {
    this.#membership = 'none';
  }

  /**
   * Resolves once the broker has accepted a commit of the partition. What was read before the call can therefore not
   * have been written by a later owner.
   * @throws OwnershipUnknownError during a rebalance; otherwise the broker's error
   */
  async confirm(source: CommitSource): Promise<void> {
    const joins = this.#joins;
    this.#requireMembership(source);
    const { topic, partition, committableOffset: offset } = source;
    await this.target.commit([{ topic, partition, offset }]);
    this.#requireMembership(source);
    if (joins !== this.#joins) throw new OwnershipUnknownError(source);
  }

  #requireMembership(source: CommitSource): void {
    if (this.#membership !== 'joined') throw new OwnershipUnknownError(source);
  }
}
