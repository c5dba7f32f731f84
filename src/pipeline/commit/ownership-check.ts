import type { CommitSource, CommitTarget } from './commit-target.js';
import { OwnershipUnknownError } from '../errors/ownership-unknown.error.js';

/** Checks that this member still owns a partition: the broker accepts a commit only from a member of the group. */
export class OwnershipCheck {
  #isMember = false;
  /** Counts the joins: a commit that was sent before the latest join proves nothing. */
  #joins = 0;
  /** The partitions that are not being given up. Each retention has another object. */
  readonly #owned = new Map<CommitSource, object>();

  constructor(private readonly target: CommitTarget) {}

  joined(): void {
    if (this.#isMember) return;
    this.#isMember = true;
    this.#joins++;
  }

  left(): void {
    this.#isMember = false;
  }

  /** The partition is not being given up, or no longer. */
  retained(source: CommitSource): void {
    if (!this.#owned.has(source)) this.#owned.set(source, {});
  }

  /** The partition is being given up: commits are still sent but no longer prove ownership. */
  revoking(source: CommitSource): void {
    this.#owned.delete(source);
  }

  /**
   * Resolves once the broker has accepted a commit of the partition. Records that were read before the call therefore
   * cannot have been written by a later owner.
   * @throws OwnershipUnknownError while the partition is being given up; otherwise the broker's error
   */
  async confirm(source: CommitSource): Promise<void> {
    const joins = this.#joins;
    const owned = this.#owned.get(source);
    if (!this.#isMember || !owned) throw new OwnershipUnknownError(source);
    const { topic, partition, committableOffset: offset } = source;
    await this.target.commit([{ topic, partition, offset }]);
    const isSame = this.#isMember && joins === this.#joins && owned === this.#owned.get(source);
    if (!isSame) throw new OwnershipUnknownError(source);
  }
}
