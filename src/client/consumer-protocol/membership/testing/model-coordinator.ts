/** A group coordinator of the new protocol, written from KIP-848 and Kafka 4.1's `CurrentAssignmentBuilder`. */
import {
  type HeartbeatAnswer,
  type HeartbeatQuestion,
  LEAVE_EPOCH,
  LEAVE_STATIC_EPOCH,
  type TopicIdPartitions,
} from '../../messages/consumer-group-heartbeat.js';

/** An error that the coordinator answers with. */
export class Refusal {
  constructor(readonly error: string) {}
}

interface ModelMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  epoch: number;
  previousEpoch: number;
  topics: readonly string[];
  /** What the member may own, by `topicId/partition`. */
  assigned: Set<string>;
  /** What it was told to give up, and has not acknowledged. */
  revoking: Set<string>;
}

/** How long a member is told to wait between heartbeats, in ms. */
export const INTERVAL_MS = 5_000;

/**
 * Knows its members, checks their epochs as Kafka 4.1.1 does, and never lets a partition have two owners: it gives a
 * partition to its next owner only after the last one has acknowledged that it gave it up.
 */
export class ModelCoordinator {
  readonly members = new Map<string, ModelMember>();
  /** What happened, in order. */
  readonly log: string[] = [];
  #epoch = 0;
  #target = new Map<string, string>();

  /** @param topics the ids of topics with their numbers of partitions and names */
  constructor(readonly topics: Map<string, { readonly name: string; readonly partitions: number }>) {}

  heartbeat(question: HeartbeatQuestion): HeartbeatAnswer | Refusal {
    const { memberId, memberEpoch, instanceId, subscribedTopicNames, topicPartitions } = question;
    if (memberEpoch === LEAVE_EPOCH || memberEpoch === LEAVE_STATIC_EPOCH) return this.#leave(memberId);
    if (memberEpoch === 0) {
      // KAFKA-19233: in 4.1.1, a second join under a registered id is fenced.
      if (this.members.has(memberId)) return new Refusal('FENCED_MEMBER_EPOCH');
      const isTwin = [...this.members.values()].some(
        (each) => instanceId !== null && each.instanceId === instanceId,
      );
      if (isTwin) return new Refusal('UNRELEASED_INSTANCE_ID');
      this.members.set(memberId, {
        memberId,
        instanceId,
        epoch: 0,
        previousEpoch: 0,
        topics: subscribedTopicNames ?? [],
        assigned: new Set(),
        revoking: new Set(),
      });
      this.rebalance();
    }
    const member = this.members.get(memberId);
    if (!member) return new Refusal('UNKNOWN_MEMBER_ID');
    const owned = topicPartitions && keysOf(topicPartitions);
    if (!this.#isAccepted(member, memberEpoch, owned)) return new Refusal('FENCED_MEMBER_EPOCH');
    if (subscribedTopicNames && subscribedTopicNames.join() !== member.topics.join()) {
      member.topics = subscribedTopicNames;
      this.rebalance();
    }
    const before = [...member.assigned].toSorted().join();
    this.#advance(member, owned);
    const after = [...member.assigned].toSorted().join();
    const isNews = subscribedTopicNames !== null || before !== after;
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      memberEpoch: member.epoch,
      heartbeatIntervalMs: INTERVAL_MS,
      assignment: isNews ? topicsOf(member.assigned) : null,
    };
  }

  /** Removes a member whose session has ended. */
  expire(memberId: string): void {
    this.members.delete(memberId);
    this.rebalance();
  }

  /** Deals the partitions of each topic out to its subscribers, and keeps as many as possible where they are. */
  rebalance(): void {
    this.#epoch++;
    const target = new Map<string, string>();
    for (const [topicId, { name, partitions }] of this.topics) {
      const subscribers = [...this.members.values()].filter(({ topics }) => topics.includes(name));
      const share = Math.ceil(partitions / Math.max(1, subscribers.length));
      const counts = new Map<string, number>();
      const give = (key: string, { memberId }: ModelMember): boolean => {
        const count = counts.get(memberId) ?? 0;
        if (count === share) return false;
        counts.set(memberId, count + 1);
        target.set(key, memberId);
        return true;
      };
      const keys = Array.from({ length: partitions }, (_, partition) => `${topicId}/${partition}`);
      const left = keys.filter((key) => {
        const owner = subscribers.find(({ memberId }) => this.#target.get(key) === memberId);
        return !owner || !give(key, owner);
      });
      for (const key of left) subscribers.some((each) => give(key, each));
    }
    this.#target = target;
  }

  #isAccepted(member: ModelMember, epoch: number, owned: ReadonlySet<string> | null): boolean {
    if (epoch === member.epoch || member.epoch === 0) return true;
    const isSubset = owned !== null && [...owned].every((key) => member.assigned.has(key));
    return epoch === member.previousEpoch && isSubset;
  }

  #advance(member: ModelMember, owned: ReadonlySet<string> | null): void {
    if (owned && [...member.revoking].every((key) => !owned.has(key))) {
      for (const key of member.revoking) this.log.push(`${member.memberId} acknowledges ${key}`);
      member.revoking.clear();
    }
    if (member.revoking.size > 0 || member.epoch === this.#epoch) {
      if (member.revoking.size === 0) this.#takeFree(member);
      return;
    }
    const revoked = [...member.assigned].filter((key) => this.#target.get(key) !== member.memberId);
    for (const key of revoked) {
      member.assigned.delete(key);
      member.revoking.add(key);
    }
    if (revoked.length > 0) return;
    member.previousEpoch = member.epoch;
    member.epoch = this.#epoch;
    this.#takeFree(member);
  }

  #takeFree(member: ModelMember): void {
    for (const [key, memberId] of this.#target) {
      if (memberId !== member.memberId) continue;
      const isHeld = [...this.members.values()].some(
        (each) => each !== member && (each.assigned.has(key) || each.revoking.has(key)),
      );
      if (!isHeld) member.assigned.add(key);
    }
  }

  #leave(memberId: string): HeartbeatAnswer | Refusal {
    if (!this.members.delete(memberId)) return new Refusal('UNKNOWN_MEMBER_ID');
    this.log.push(`${memberId} leaves`);
    this.rebalance();
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      memberEpoch: LEAVE_EPOCH,
      heartbeatIntervalMs: 0,
      assignment: null,
    };
  }
}

function keysOf(topics: readonly TopicIdPartitions[]): Set<string> {
  return new Set(
    topics.flatMap(({ topicId, partitions }) => partitions.map((partition) => `${topicId}/${partition}`)),
  );
}

function topicsOf(keys: ReadonlySet<string>): TopicIdPartitions[] {
  const topics = new Map<string, number[]>();
  for (const key of keys) {
    const [topicId = '', partition] = key.split('/');
    topics.set(topicId, [...(topics.get(topicId) ?? []), Number(partition)]);
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }));
}
