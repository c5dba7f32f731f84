import { type FetchedRecord, type Offset, offsetAfter, type TopicPartition } from '../../pipeline/index.js';
import type { PartitionReader, RecordProducer } from '../../client/index.js';
import { type ParkedRecordId, type ParkingTopicRecord, parseEntry } from './parked-entry.js';

/** How many records are written at the same time. */
const CONCURRENT_WRITES = 100;

/** Reads single records of one partition of a parking topic, and writes to it. */
export class ParkingTopicPartition {
  constructor(
    private readonly at: TopicPartition,
    private readonly reader: Pick<PartitionReader, 'read'>,
    private readonly producer: Pick<RecordProducer, 'send'>,
  ) {}

  /** The record at an offset as it is stored; undefined if compaction has removed it. */
  storedAt(offset: Offset): Promise<FetchedRecord | undefined> {
    return recordAt(this.reader, this.at, offset);
  }

  /** The original record of the entry at an offset; undefined if the entry with this id is not stored there. */
  async parkedAt(storedAt: Offset, { offset, owner }: ParkedRecordId): Promise<FetchedRecord | undefined> {
    const stored = await this.storedAt(storedAt);
    const entry = stored && parseEntry(stored);
    return entry?.kind === 'parked' && entry.offset === offset && entry.owner === owner
      ? entry.record
      : undefined;
  }

  /** @throws if the broker does not accept the record */
  write(record: ParkingTopicRecord): Promise<void> {
    return this.producer.send({ ...record, ...this.at });
  }

  /** @throws if the broker does not accept one of the records */
  async writeAll(records: readonly ParkingTopicRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += CONCURRENT_WRITES) {
      await Promise.all(records.slice(from, from + CONCURRENT_WRITES).map((record) => this.write(record)));
    }
  }
}

/** Reads the record at an offset of a partition; undefined if there is none. */
export async function recordAt(
  reader: Pick<PartitionReader, 'read'>,
  { topic, partition }: TopicPartition,
  offset: Offset,
): Promise<FetchedRecord | undefined> {
  for await (const found of reader.read(topic, partition, offset, offsetAfter(offset))) {
    if (found.offset === offset) return found;
  }
  return undefined;
}
