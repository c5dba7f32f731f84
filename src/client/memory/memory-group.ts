import type { Offset, TopicPartition, TopicPartitionOffset } from '../../pipeline/index.js';

/** What a broker keeps of a group: its generation, and what it has committed. */
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

  /** The offset that was committed last; undefined if none was. */
  committed({ topic, partition }: TopicPartition): Offset | undefined {
    return this.#committed.get(`${topic}/${partition}`);
  }
}
