import type { TopicPartition } from '../../../pipeline/index.js';
import type { TopicIdPartitions } from '../messages/consumer-group-heartbeat.js';
import type { TopicId } from '../messages/message.js';

/** A partition that is assigned to the member, by name and by id. */
export interface AssignedPartition extends TopicPartition {
  readonly topicId: TopicId;
}

/** The names of topics by their ids. */
export type TopicNames = ReadonlyMap<TopicId, string>;

/** A set of partitions by their topics' ids. */
export class Assignment {
  readonly #partitions: ReadonlyMap<TopicId, ReadonlySet<number>>;

  private constructor(partitions: ReadonlyMap<TopicId, ReadonlySet<number>>) {
    this.#partitions = partitions;
  }

  static of(topics: readonly TopicIdPartitions[]): Assignment {
    const partitions = new Map<TopicId, Set<number>>();
    for (const { topicId, partitions: those } of topics) {
      const known = partitions.get(topicId) ?? new Set();
      for (const partition of those) known.add(partition);
      if (known.size > 0) partitions.set(topicId, known);
    }
    return new Assignment(partitions);
  }

  get isEmpty(): boolean {
    return this.#partitions.size === 0;
  }

  get topicIds(): TopicId[] {
    return [...this.#partitions.keys()];
  }

  /** As the protocol lists it, in a fixed order. */
  get topics(): TopicIdPartitions[] {
    return [...this.#partitions]
      .map(([topicId, partitions]) => ({ topicId, partitions: [...partitions].toSorted((a, b) => a - b) }))
      .toSorted((a, b) => (a.topicId < b.topicId ? -1 : 1));
  }

  has(topicId: TopicId, partition: number): boolean {
    return this.#partitions.get(topicId)?.has(partition) === true;
  }

  equals(other: Assignment): boolean {
    return this.without(other).isEmpty && other.without(this).isEmpty;
  }

  /** The partitions of this set that the other one does not have. */
  without(other: Assignment): Assignment {
    return this.#filter((topicId, partition) => !other.has(topicId, partition));
  }

  with(other: Assignment): Assignment {
    return Assignment.of([...this.topics, ...other.topics]);
  }

  /** The partitions of topics for which `isWanted` returns true. */
  ofTopics(isWanted: (topicId: TopicId) => boolean): Assignment {
    return this.#filter((topicId) => isWanted(topicId));
  }

  /** Each partition with its topic's name; without those of topics that have none in `names`. */
  named(names: TopicNames): AssignedPartition[] {
    return this.topics.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId);
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition, topicId }));
    });
  }

  #filter(isWanted: (topicId: TopicId, partition: number) => boolean): Assignment {
    return Assignment.of(
      this.topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.filter((partition) => isWanted(topicId, partition)),
      })),
    );
  }
}
