import type { AssignedPartition } from '../assignment.js';
import { Member } from '../member.js';
import type { MemberEffect } from '../member-effects.js';
import { type ModelCoordinator, Refusal } from './model-coordinator.js';

/** What happens to a heartbeat on its way. */
export type Delivery = 'delivered' | 'request lost' | 'answer lost';

/**
 * A member that exchanges heartbeats with a model coordinator. It reads what it owns, as a fetch loop does: a partition
 * is read from its committed offset when it is assigned, and only then.
 */
export class ModeledMember {
  readonly member: Member;
  /** The partitions that it reads, and how often each was assigned to it. */
  readonly reading = new Map<string, number>();
  /** Partitions that it was told to drop. */
  readonly lost: string[] = [];
  /** Drains that have not ended. */
  readonly drains: { readonly revocation: number; readonly partitions: readonly AssignedPartition[] }[] = [];
  /** Topic ids that its metadata does not know. */
  readonly unknownTopics = new Set<string>();
  ended: string | undefined;
  coordinatorLookUps = 0;
  #ids = 0;

  constructor(
    readonly name: string,
    private readonly coordinator: ModelCoordinator,
    instanceId: string | null = null,
  ) {
    this.member = new Member({
      groupId: 'group',
      instanceId,
      rackId: null,
      rebalanceTimeoutMs: 60_000,
      serverAssignor: null,
      newMemberId: () => `${name}-${++this.#ids}`,
    });
  }

  /** Sends one heartbeat. @returns the error of the answer, if there was one */
  beat(delivery: Delivery = 'delivered'): string | undefined {
    const question = this.member.request();
    if (!question) return undefined;
    const answer = delivery === 'request lost' ? undefined : this.coordinator.heartbeat(question);
    if (!answer || delivery === 'answer lost') this.perform(this.member.unanswered());
    else if (answer instanceof Refusal) {
      this.perform(this.member.refused(answer.error));
      return answer.error;
    } else this.perform(this.member.answered(answer));
    return undefined;
  }

  /** Sends heartbeats as long as one is due at once. */
  beatWhileDue(): void {
    for (let left = 20; this.member.isDue && left > 0; left--) this.beat();
  }

  /** Ends the drains: commits what was handled. */
  drain(): void {
    for (const { revocation, partitions } of this.drains.splice(0)) {
      for (const each of partitions) {
        this.coordinator.log.push(`${this.member.identity?.memberId} commits ${keyOf(each)}`);
      }
      if (this.member.revoked(revocation)) for (const each of partitions) this.reading.delete(nameOf(each));
    }
  }

  perform(effects: readonly MemberEffect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: MemberEffect): void {
    switch (effect.kind) {
      case 'look up':
        this.perform(this.member.topicsKnown(this.#namesOf(effect.topicIds)));
        return;
      case 'revoke':
        this.drains.push(effect);
        return;
      case 'assign':
        for (const each of effect.partitions) {
          this.coordinator.log.push(`${this.member.identity?.memberId} reads ${keyOf(each)}`);
          this.reading.set(nameOf(each), (this.reading.get(nameOf(each)) ?? 0) + 1);
        }
        return;
      case 'lose':
        this.#drop(effect.partitions);
        return;
      case 'fence':
        this.#drop(effect.partitions);
        this.drains.length = 0;
        this.member.dropped();
        return;
      case 'find coordinator':
        this.coordinatorLookUps++;
        return;
      case 'end':
        this.ended = effect.error;
    }
  }

  #drop(partitions: readonly AssignedPartition[]): void {
    for (const each of partitions) {
      this.reading.delete(nameOf(each));
      this.lost.push(nameOf(each));
    }
  }

  #namesOf(topicIds: readonly string[]): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    for (const id of topicIds) {
      const topic = this.coordinator.topics.get(id);
      if (topic && !this.unknownTopics.has(id)) names.set(id, topic.name);
    }
    return names;
  }
}

const nameOf = ({ topic, partition }: AssignedPartition): string => `${topic}/${partition}`;
const keyOf = ({ topicId, partition }: AssignedPartition): string => `${topicId}/${partition}`;
