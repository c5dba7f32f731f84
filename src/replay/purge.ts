import type { KafkaPort, PartitionReader } from '../client/index.js';
import { compareOffsets, type Offset, toOffset } from '../pipeline/index.js';
import { deadLetterPartitions } from './reading/dead-letter-log.js';

/** The result of a purge for one partition. */
export interface PurgedPartition {
  readonly partition: number;
  /** Everything before this offset is deleted. */
  readonly before: Offset;
  /** Number of deleted dead letters; all of them were replayed. */
  readonly deleted: number;
  /** Number of replayed dead letters that stay, because they are behind one that was not replayed. */
  readonly replayedThatStay: number;
  /** Number of dead letters that were not replayed. */
  readonly waiting: number;
}

/** The records that a purge deletes from a topic and those that it keeps, by partition. */
export interface PurgeReport {
  readonly deadLetterTopic: string;
  readonly partitions: readonly PurgedPartition[];
}

/**
 * Finds the records that can be deleted. Kafka deletes only from the start of a partition, so these are the records before
 * the first dead letter that was not replayed.
 */
export async function planPurge(reader: PartitionReader, topic: string): Promise<PurgeReport> {
  const partitions: PurgedPartition[] = [];
  for await (const partition of deadLetterPartitions(reader, topic)) {
    let [before, deleted, replayedThatStay, waiting] = [partition.bounds.end, 0, 0, 0];
    for await (const { deadLetter, replayed } of partition.deadLetters()) {
      if (!replayed && waiting++ === 0) before = toOffset(deadLetter.offset);
      if (replayed && waiting === 0) deleted++;
      if (replayed && waiting > 0) replayedThatStay++;
    }
    partitions.push({ partition: partition.bounds.partition, before, deleted, replayedThatStay, waiting });
  }
  return { deadLetterTopic: topic, partitions };
}

/** Deletes the records of a report. Dead letters that were added since have higher offsets and stay. */
export async function purge(port: KafkaPort, { deadLetterTopic, partitions }: PurgeReport): Promise<void> {
  const offsets = partitions
    .filter(({ before }) => compareOffsets(before, toOffset(0)) > 0)
    .map(({ partition, before }) => [partition, before] as const);
  if (offsets.length > 0) await port.deleteBefore(deadLetterTopic, new Map(offsets));
}
