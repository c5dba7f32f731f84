import {
  compareOffsets,
  type FetchedRecord,
  type Offset,
  offsetAfter,
  type RawHeaders,
  toOffset,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../pipeline/index.js';
import type { OutgoingRecord } from '../kafka-port.js';
import type { ManyPartitionsReader, PartitionBounds, PartitionRange } from '../partition-readers.js';
import { UnknownTopicError } from '../kafkajs/errors.js';
import { keyPartition } from '../kafkajs/producer/partitioner.js';
import { UnknownPartitionError } from '../producer-errors.js';

/** The log of a partition. */
export interface MemoryLog {
  /** The first offset that was not deleted. */
  start: Offset;
  records: FetchedRecord[];
}

interface MemoryTopic {
  readonly id: string;
  readonly logs: MemoryLog[];
  /** Counts records without a key, which go to the partitions in turn. */
  turn: number;
}

/** The topics of a cluster in memory, for writers and for readers without a group. */
export class MemoryTopics implements ManyPartitionsReader {
  readonly #topics = new Map<string, MemoryTopic>();

  /**
   * @param partitions how many partitions a topic has if it is created by the first write to it
   * @param now ms since the epoch
   */
  constructor(
    readonly partitions: number,
    private readonly now: () => number,
  ) {}

  get names(): string[] {
    return [...this.#topics.keys()];
  }

  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Creates a topic, or adds partitions to one that has fewer. */
  ensure(name: string, partitions = this.partitions): void {
    const topic = this.#topics.get(name) ?? { id: `id of ${name}`, logs: [], turn: 0 };
    this.#topics.set(name, topic);
    while (topic.logs.length < partitions) {
      topic.logs.push({ start: toOffset(0), records: [] });
    }
  }

  /** How many partitions a topic has; 0 if there is none. */
  partitionsOf(topic: string): number {
    return this.#topics.get(topic)?.logs.length ?? 0;
  }

  /** @throws UnknownPartitionError if there is none */
  log({ topic, partition }: TopicPartition): MemoryLog {
    const log = this.#topics.get(topic)?.logs[partition];
    if (!log) throw new UnknownPartitionError(topic, partition);
    return log;
  }

  /**
   * Writes a record.
   * @returns its position
   * @throws UnknownPartitionError if it names a partition that does not exist
   */
  append({ topic, key = null, value, headers, ...record }: OutgoingRecord, timestamp = this.now()) {
    this.ensure(topic);
    const keyBytes = bytesOf(key);
    const partition = record.partition ?? this.#partitionFor(topic, keyBytes);
    const log = this.log({ topic, partition });
    const at: TopicPartitionOffset = { topic, partition, offset: endOf(log) };
    log.records.push({
      offset: at.offset,
      key: keyBytes,
      value: bytesOf(value),
      timestamp: String(timestamp),
      headers: Object.fromEntries(
        Object.entries(headers ?? {}).map(([name, each]) => [name, headerOf(each)]),
      ),
    });
    return at;
  }

  /** The records of a partition from an offset on, at most `most`. */
  recordsFrom({ topic, partition, offset }: TopicPartitionOffset, most = Infinity): FetchedRecord[] {
    const { records } = this.log({ topic, partition });
    let first = records.length;
    while (first > 0 && isAtOrAfter(records[first - 1], offset)) first--;
    return records.slice(first, first + most);
  }

  /** Deletes the records before an offset. */
  deleteBefore({ topic, partition, offset }: TopicPartitionOffset): void {
    const log = this.log({ topic, partition });
    log.records = this.recordsFrom({ topic, partition, offset });
    if (compareOffsets(log.start, offset) < 0) log.start = offset;
  }

  async bounds(topic: string, partition?: number): Promise<PartitionBounds[]> {
    const partitions = this.partitionsOf(topic);
    if (partitions === 0) throw new UnknownTopicError(topic);
    if (partition !== undefined) this.log({ topic, partition });
    return Array.from({ length: partitions }, (_, at) => {
      const log = this.log({ topic, partition: at });
      return { partition: at, start: log.start, end: endOf(log) };
    });
  }

  async *read(topic: string, partition: number, from: Offset, to: Offset): AsyncGenerator<FetchedRecord> {
    const { start } = this.log({ topic, partition });
    const offset = compareOffsets(from, start) < 0 ? start : from;
    for (const record of this.recordsFrom({ topic, partition, offset })) {
      if (compareOffsets(record.offset, to) < 0) yield record;
    }
  }

  async ends(partitions: readonly TopicPartition[]): Promise<Offset[]> {
    return partitions.map((at) => endOf(this.log(at)));
  }

  async readAll<R extends PartitionRange>(
    ranges: readonly R[],
    take: (range: R, record: FetchedRecord) => void,
  ): Promise<boolean[]> {
    for (const range of ranges) {
      const { topic, partition, from, to } = range;
      for await (const record of this.read(topic, partition, from, to)) take(range, record);
    }
    return ranges.map(() => true);
  }

  async topicId(topic: string): Promise<string | undefined> {
    return this.#topics.get(topic)?.id;
  }

  async close(): Promise<void> {
    return undefined;
  }

  #partitionFor(name: string, key: Buffer | null): number {
    const topic = this.#topics.get(name);
    if (!topic) throw new UnknownTopicError(name);
    return key ? keyPartition(key, topic.logs.length) : topic.turn++ % topic.logs.length;
  }
}

/** The offset of the next record. */
export function endOf({ start, records }: MemoryLog): Offset {
  const last = records.at(-1);
  return last ? offsetAfter(last.offset) : start;
}

function isAtOrAfter(record: FetchedRecord | undefined, offset: Offset): boolean {
  return record !== undefined && compareOffsets(record.offset, offset) >= 0;
}

type HeaderValue = RawHeaders[string];

/** A header as a broker returns it: bytes, or a list of bytes if it is repeated. */
function headerOf(value: HeaderValue): HeaderValue {
  if (value === undefined) return undefined;
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return bytesOf(value);
  return value.map(bytesOf);
}

function bytesOf(value: Uint8Array | string | null): Buffer | null {
  return value === null ? null : Buffer.from(value);
}
