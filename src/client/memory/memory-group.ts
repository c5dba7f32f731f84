import type { Offset, TopicPartition, TopicPartitionOffset } from '../../pipeline/index.js';

/** The state of a group at a broker: its generation and its committed offsets. */
export class MemoryGroup {
  readonly memberId: string;
  readonly #committed = new Map<string, Offset>();
  #generation = 0;

  constructor(groupId: string) {
    this.memberId = `member of ${groupId}`;
  }

  /** @returns the generation of the member that joins */
  join(): number {
    return ++this.#generation;
  }

  commit({ topic, partition, offset }: TopicPartitionOffset): void {
    this.#committed.set(`${topic}/${partition}`, offset);
  }

  /** The last committed offset; undefined if there is none. */
  committed({ topic, partition }: TopicPartition): Offset | undefined {
    return this.#committed.get(`${topic}/${partition}`);
  }
}
