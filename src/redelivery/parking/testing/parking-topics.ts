import { type Offset, toOffset, type TopicPartition } from '../../../pipeline/index.js';
import type { OutgoingRecord, RecordProducer } from '../../../client/index.js';
import { type MemoryLog, MemoryTopics } from '../../../client/memory/index.js';

/** Topics of one partition in memory. A test changes them like operators, retention and compaction. */
export class ParkingTopics extends MemoryTopics implements Pick<RecordProducer, 'send'> {
  /**
   * How many of the last records of each topic are not reported, like by a new leader that does not know them yet.
   */
  unreported = 0;
  /** How often each topic was recreated. */
  readonly #recreated = new Map<string, number>();

  constructor() {
    super(1, () => 0);
  }

  /** The log of a topic. */
  topic(topic: string): MemoryLog {
    return this.log({ topic, partition: 0 });
  }

  override log(at: TopicPartition): MemoryLog {
    this.ensure(at.topic);
    return super.log(at);
  }

  override partitionsOf(topic: string): number {
    this.ensure(topic);
    return super.partitionsOf(topic);
  }

  /** An independent copy. */
  copy(): ParkingTopics {
    const copy = new ParkingTopics();
    for (const name of this.names) {
      const { start, records } = this.topic(name);
      Object.assign(copy.topic(name), { start, records: [...records] });
    }
    for (const [name, times] of this.#recreated) copy.#recreated.set(name, times);
    return copy;
  }

  /** Deletes a topic and creates it again: later records are in a new log. */
  recreate(name: string): void {
    Object.assign(this.topic(name), { start: toOffset(0), records: [] });
    this.#recreated.set(name, (this.#recreated.get(name) ?? 0) + 1);
  }

  /** Compacts the whole log. */
  compact(name: string): void {
    const log = this.topic(name);
    const last = new Map(log.records.map((record) => [String(record.key), record]));
    log.records = log.records.filter((record) => last.get(String(record.key)) === record);
  }

  async send(record: OutgoingRecord): Promise<void> {
    this.append(record);
  }

  override async ends(partitions: readonly TopicPartition[]): Promise<Offset[]> {
    const ends = await super.ends(partitions);
    return ends.map((end) => toOffset(Math.max(0, Number(end) - this.unreported)));
  }

  override async topicId(name: string): Promise<string> {
    return `id ${this.#recreated.get(name) ?? 0}`;
  }
}
