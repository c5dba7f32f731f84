import type { KafkaPort, PartitionReader } from '../client/index.js';
import { compareOffsets, type Offset, toOffset } from '../pipeline/index.js';
import { deadLetterPartitions } from './reading/dead-letter-log.js';

/** What a purge does to one partition. */
export interface PurgedPartition {
  readonly partition: number;
  /** Everything before it is deleted. */
  readonly before: Offset;
  /** Dead letters among what is deleted: all of them were sent back. */
  readonly deleted: number;
  /** Dead letters that were sent back, and stay behind one that was not. */
  readonly replayedThatStay: number;
  /** Dead letters that were not sent back. */
  readonly waiting: number;
}

/** What a purge deletes of a topic, and what stays. */
export interface PurgeReport {
  readonly deadLetterTopic: string;
  readonly partitions: readonly PurgedPartition[];
}

/**
 * Finds what can be deleted. Kafka deletes from a partition's beginning only, so that is what lies before the
 * first dead letter that was not sent back.
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

/** Deletes what was found. Dead letters that came meanwhile lie behind it. */
export async function purge(port: KafkaPort, { deadLetterTopic, partitions }: PurgeReport): Promise<void> {
  const offsets = partitions
    .filter(({ before }) => compareOffsets(before, toOffset(0)) > 0)
    .map(({ partition, before }) => [partition, before] as const);
  if (offsets.length > 0) await port.deleteBefore(deadLetterTopic, new Map(offsets));
}
