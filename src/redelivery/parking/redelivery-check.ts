import {
  compareOffsets,
  type FetchedRecord,
  type Offset,
  type TopicPartition,
} from '../../pipeline/index.js';
import type { PartitionBounds, PartitionReader } from '../../client/index.js';
import { recordAt } from './parking-topic-partition.js';

/** The properties of a parked record that are known without reading it. */
interface Parked {
  readonly offset: Offset;
  /** Id of the topic that the record was in; undefined if the brokers have no ids. */
  readonly topicId: string | undefined;
}

/**
 * Checks whether a parked record is still in its partition's log, so that a consumer that starts at or before its
 * offset receives it again. The offset alone is not enough: if the topic was recreated, truncated or cleared by
 * retention, another record may have that offset now.
 */
export class RedeliveryCheck {
  #bounds: Promise<PartitionBounds | undefined> | undefined;

  constructor(
    private readonly source: TopicPartition,
    private readonly reader: Pick<PartitionReader, 'bounds' | 'read'>,
    /** Current id of the topic; undefined if the brokers have no ids. */
    private readonly topicId: string | undefined,
  ) {}

  /** @param stored reads the record as it was parked */
  async willBeRedelivered(
    parked: Parked,
    stored: () => Promise<FetchedRecord | undefined>,
  ): Promise<boolean> {
    const isOtherLog =
      parked.topicId !== undefined && this.topicId !== undefined && parked.topicId !== this.topicId;
    if (isOtherLog) return false;
    const found = await this.#recordAt(parked.offset);
    const kept = found && (await stored());
    return kept !== undefined && isSame(kept, found);
  }

  async #recordAt(offset: Offset): Promise<FetchedRecord | undefined> {
    const { topic, partition } = this.source;
    this.#bounds ??= this.reader
      .bounds(topic, partition)
      .then((all) => all.find((each) => each.partition === partition));
    const bounds = await this.#bounds;
    if (!bounds || compareOffsets(offset, bounds.start) < 0 || compareOffsets(offset, bounds.end) >= 0) {
      return undefined;
    }
    return recordAt(this.reader, this.source, offset);
  }
}

/** Headers are not compared: the service added some when it parked the record. */
function isSame(a: FetchedRecord, b: FetchedRecord | undefined): boolean {
  return (
    b !== undefined &&
    a.offset === b.offset &&
    a.timestamp === b.timestamp &&
    isEqual(a.key, b.key) &&
    isEqual(a.value, b.value)
  );
}

function isEqual(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
