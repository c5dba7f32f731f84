import type { Brokers } from '../brokers.js';
import type { TopicId } from '../messages/message.js';
import { metadata } from '../messages/metadata.js';

/** The leader of a partition. */
export interface PartitionLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** A partition of a topic, by the topic's id. */
export interface PartitionId {
  readonly topicId: TopicId;
  readonly partition: number;
}

/**
 * The leaders of partitions by topic id. A leader replaces another one only with a higher epoch: the metadata of a broker
 * may be older than the answer of the leader (KIP-320).
 */
export class TopicLeaders {
  readonly #leaders = new Map<TopicId, Map<number, PartitionLeader>>();
  readonly #suspected = new Set<TopicId>();
  #refresh: Promise<void> | undefined;

  constructor(private readonly brokers: Brokers) {}

  leaderOf({ topicId, partition }: PartitionId): PartitionLeader | undefined {
    return this.#leaders.get(topicId)?.get(partition);
  }

  /** The leaders of the topic may have changed. */
  suspect(topicId: TopicId): void {
    this.#suspected.add(topicId);
  }

  /** A broker has named the leader of a partition. */
  learn({ topicId, partition }: PartitionId, leader: PartitionLeader): void {
    const leaders = this.#leaders.get(topicId) ?? new Map<number, PartitionLeader>();
    this.#leaders.set(topicId, leaders);
    if (leader.leaderEpoch >= (leaders.get(partition)?.leaderEpoch ?? -1)) leaders.set(partition, leader);
  }

  /** Looks up those of the topics that are unknown or suspected. @throws if no broker answers */
  async know(topicIds: readonly TopicId[]): Promise<void> {
    const isUnknown = (id: TopicId): boolean => this.#suspected.has(id) || !this.#leaders.has(id);
    while (this.#refresh) await this.#refresh;
    const unknown = [...new Set(topicIds)].filter(isUnknown);
    if (unknown.length === 0) return;
    this.#refresh = this.#lookUp(unknown).finally(() => (this.#refresh = undefined));
    await this.#refresh;
  }

  /** Drops topics of which no partition is assigned any more. */
  retain(topicIds: ReadonlySet<TopicId>): void {
    for (const id of this.#leaders.keys()) if (!topicIds.has(id)) this.#leaders.delete(id);
  }

  async #lookUp(ids: readonly TopicId[]): Promise<void> {
    const { topics } = await this.brokers.send('any', metadata, { names: [], ids });
    for (const { topicId, errorCode, partitions } of topics) {
      if (errorCode !== 0) continue;
      this.#suspected.delete(topicId);
      for (const { partition, leaderId, leaderEpoch } of partitions)
        this.learn({ topicId, partition }, { leaderId, leaderEpoch });
    }
  }
}
