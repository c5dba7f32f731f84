import type { TopicIdPartitions } from '../messages/consumer-group-heartbeat.js';
import type { TopicId } from '../messages/message.js';
import { type AssignedPartition, Assignment, type TopicNames } from './assignment.js';
import type { MemberEffect } from './member-effects.js';

/**
 * - `idle`: the member owns what it is to own, or waits for a topic that the metadata does not know yet.
 * - `looking up`: the topics' names are looked up.
 * - `draining`: partitions to be given up are drained and committed.
 * - `acknowledging`: the coordinator has not confirmed yet which partitions the member owns now.
 */
type Step = 'idle' | 'looking up' | 'draining' | 'acknowledging';

/**
 * Brings the partitions that a member owns to those that it is to own. Partitions are given up first; only after the
 * coordinator has confirmed that, new ones are taken over. Those that stay are not touched.
 */
export class Reconciliation {
  #step: Step = 'idle';
  #owned = Assignment.of([]);
  #target = Assignment.of([]);
  #revoking = Assignment.of([]);
  #revocation = 0;
  #names: TopicNames = new Map();

  get step(): Step {
    return this.#step;
  }

  get isComplete(): boolean {
    return this.#step === 'idle' && this.#owned.equals(this.#target);
  }

  /** The partitions that the member owns, including those that are drained. */
  get owned(): AssignedPartition[] {
    return this.#owned.named(this.#names);
  }

  /** The same as the protocol lists it. */
  get ownedTopics(): TopicIdPartitions[] {
    return this.#owned.topics;
  }

  /** The partitions that the member is to own have changed. */
  retarget(topics: readonly TopicIdPartitions[]): void {
    this.#target = Assignment.of(topics);
  }

  /** Begins the next step, unless one is in progress. */
  next(): MemberEffect[] {
    if (this.#step !== 'idle' || this.isComplete) return [];
    this.#step = 'looking up';
    return [{ kind: 'look up', topicIds: this.#owned.with(this.#target).topicIds }];
  }

  /** @param names those of the topics that were looked up; a topic that no longer exists is not among them */
  topicsKnown(names: TopicNames): MemberEffect[] {
    if (this.#step !== 'looking up') return [];
    this.#step = 'idle';
    const isKnown = (topicId: TopicId): boolean => names.has(topicId);
    this.#names = new Map([
      ...[...this.#names].filter(([id]) => this.#owned.topicIds.includes(id)),
      ...names,
    ]);
    const removed = this.#owned.without(this.#target);
    if (!removed.isEmpty) {
      const toRevoke = removed.ofTopics(isKnown);
      return [...this.#lose(removed.without(toRevoke)), ...this.#revoke(toRevoke)];
    }
    const added = this.#target.without(this.#owned).ofTopics(isKnown);
    if (added.isEmpty) return [];
    this.#owned = this.#owned.with(added);
    this.#step = 'acknowledging';
    return [{ kind: 'assign', partitions: added.named(this.#names) }];
  }

  /** The topics could not be looked up: the step is begun again later. */
  topicsUnknown(): void {
    if (this.#step === 'looking up') this.#step = 'idle';
  }

  /** The partitions of a revocation are drained and their offsets committed. @returns whether it is the current one */
  revoked(revocation: number): boolean {
    if (this.#step !== 'draining' || revocation !== this.#revocation) return false;
    this.#owned = this.#owned.without(this.#revoking);
    this.#step = 'acknowledging';
    return true;
  }

  /** The coordinator knows which partitions the member owns. */
  acknowledged(): void {
    if (this.#step === 'acknowledging') this.#step = 'idle';
  }

  /** The member is no longer one of the group. @returns the partitions that it owned */
  reset(): AssignedPartition[] {
    const { owned } = this;
    this.#step = 'idle';
    this.#owned = this.#target = Assignment.of([]);
    return owned;
  }

  #revoke(partitions: Assignment): MemberEffect[] {
    if (partitions.isEmpty) return [];
    this.#step = 'draining';
    this.#revoking = partitions;
    this.#revocation++;
    return [{ kind: 'revoke', revocation: this.#revocation, partitions: partitions.named(this.#names) }];
  }

  /** The topics of the partitions no longer exist. */
  #lose(partitions: Assignment): MemberEffect[] {
    if (partitions.isEmpty) return [];
    this.#owned = this.#owned.without(partitions);
    this.#step = 'acknowledging';
    return [{ kind: 'lose', partitions: partitions.named(this.#names) }];
  }
}
