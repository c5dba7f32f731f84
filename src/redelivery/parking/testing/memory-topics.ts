import {
  compareOffsets,
  type FetchedRecord,
  type Offset,
  type RawHeaders,
  toOffset,
  type TopicPartition,
} from '../../../pipeline/index.js';
import type {
  ManyPartitionsReader,
  OutgoingRecord,
  PartitionBounds,
  PartitionRange,
  RecordProducer,
} from '../../../client/index.js';

/** A topic of one partition. */
export interface MemoryTopic {
  id: string;
  /** The first offset that retention has not deleted. */
  start: number;
  records: FetchedRecord[];
}

/** Topics of one partition in memory, with the interfaces of a broker's topics. */
export class MemoryTopics implements ManyPartitionsReader, Pick<RecordProducer, 'send'> {
  readonly #topics = new Map<string, MemoryTopic>();
  #ids = 0;
  /** How many of the last records of each topic are not reported, as by a new leader that does not know them yet. */
  unreported = 0;

  topic(name: string): MemoryTopic {
    const topic = this.#topics.get(name) ?? { id: `id-${this.#ids++}`, start: 0, records: [] };
    this.#topics.set(name, topic);
    return topic;
  }

  /** An independent copy. */
  copy(): MemoryTopics {
    const copy = new MemoryTopics();
    copy.#ids = this.#ids;
    for (const [name, topic] of this.#topics)
      copy.#topics.set(name, { ...topic, records: [...topic.records] });
    return copy;
  }

  /** Deletes a topic; later records of the same name are in a new log. */
  recreate(name: string): void {
    this.#topics.delete(name);
  }

  /** Compacts the whole log. */
  compact(name: string): void {
    const topic = this.topic(name);
    const last = new Map(topic.records.map((record) => [String(record.key), record]));
    topic.records = topic.records.filter((record) => last.get(String(record.key)) === record);
  }

  async send({ topic: name, key, value, headers = {} }: OutgoingRecord): Promise<void> {
    const topic = this.topic(name);
    topic.records.push({
      offset: this.#end(topic),
      timestamp: '0',
      key: bytesOf(key ?? null),
      value: bytesOf(value),
      headers: Object.fromEntries(Object.entries(headers).map(([header, each]) => [header, headerOf(each)])),
    });
  }

  async bounds(name: string): Promise<PartitionBounds[]> {
    const topic = this.topic(name);
    return [{ partition: 0, start: toOffset(topic.start), end: this.#end(topic) }];
  }

  async *read(name: string, _partition: number, from: Offset, to: Offset): AsyncGenerator<FetchedRecord> {
    for (const record of this.topic(name).records) {
      const { offset } = record;
      if (compareOffsets(offset, toOffset(this.topic(name).start)) < 0) continue;
      if (compareOffsets(offset, from) >= 0 && compareOffsets(offset, to) < 0) yield record;
    }
  }

  async ends(partitions: readonly TopicPartition[]): Promise<Offset[]> {
    return partitions.map(({ topic }) => {
      const end = Number(this.#end(this.topic(topic)));
      return toOffset(Math.max(0, end - this.unreported));
    });
  }

  async readAll<R extends PartitionRange>(
    ranges: readonly R[],
    take: (range: R, record: FetchedRecord) => void,
  ): Promise<boolean[]> {
    for (const range of ranges) {
      for await (const record of this.read(range.topic, range.partition, range.from, range.to))
        take(range, record);
    }
    return ranges.map(() => true);
  }

  async topicId(name: string): Promise<string> {
    return this.topic(name).id;
  }

  async close(): Promise<void> {
    return undefined;
  }

  #end({ start, records }: MemoryTopic): Offset {
    return toOffset(Math.max(start, Number(records.at(-1)?.offset ?? -1) + 1));
  }
}

type HeaderValue = RawHeaders[string];

function headerOf(value: HeaderValue): HeaderValue {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

function bytesOf(value: Uint8Array | string | null): Buffer | null {
  if (value === null) return null;
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
}
