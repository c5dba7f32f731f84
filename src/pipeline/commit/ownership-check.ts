import type { CommitSource, CommitTarget } from './commit-target.js';
import { OwnershipUnknownError } from '../errors/ownership-unknown.error.js';

/** Checks that this member still owns a partition: the broker accepts a commit only from the owner. */
export class OwnershipCheck {
  /** During a rebalance, commits are still sent but no longer prove ownership. */
  #membership: 'none' | 'joined' | 'rebalancing' = 'none';
  /** Counts the joins: a commit that was sent before the latest join proves nothing. */
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
   * Resolves once the broker has accepted a commit of the partition. Records that were read before the call therefore
   * cannot have been written by a later owner.
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
