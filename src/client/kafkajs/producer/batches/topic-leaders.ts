import type { ClusterClient } from '../../cluster.js';

/** The leaders of a topic's partitions. */
export interface TopicLeaders {
  /** How many partitions the topic has. */
  readonly partitions: number;
  /** Ids of the brokers that lead them, by partition; a partition without a leader is left out. */
  readonly leaders: ReadonlyMap<number, string>;
}

/** Looks up leaders, one topic at a time: one that does not exist must not hide the others. */
export class LeaderLookup {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly cluster: ClusterClient) {}

  /** @throws the brokers' error if there is no such topic, or this client may not see it */
  leadersOf(topic: string): Promise<TopicLeaders> {
    // kafkajs keeps the answer and the list of brokers in one field each.
    const found = this.#last.then(() => this.#lookUp(topic));
    this.#last = found.catch(() => undefined);
    return found;
  }

  async #lookUp(topic: string): Promise<TopicLeaders> {
    await this.cluster.connect();
    await this.cluster.brokerPool.refreshMetadata([topic]);
    const partitions = this.cluster.findTopicPartitionMetadata(topic);
    const led = partitions.filter(({ leader }) => leader >= 0);
    return {
      partitions: partitions.length,
      leaders: new Map(led.map(({ partitionId, leader }) => [partitionId, String(leader)])),
    };
  }
}
