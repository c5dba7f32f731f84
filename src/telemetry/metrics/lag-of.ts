import { offsetsBetween, type PartitionPipeline } from '../../pipeline/index.js';

/** Records from the committable offset to the partition's end. */
export function lagOf({ committableOffset, end }: PartitionPipeline): number {
  return offsetsBetween(committableOffset, end);
}

/**
 * How long ago the partition's first unsettled record was written, by its own timestamp, in seconds; 0 where all
 * are settled.
 * @param behindSince when a partition that has nothing in flight was first seen to have something to read, in ms
 * since the epoch: its first unsettled record is still with the broker
 */
export function lagSecondsOf(
  pipeline: PartitionPipeline,
  behindSince: number | undefined,
  now: number,
): number {
  const { oldest } = pipeline;
  if (!oldest) return lagOf(pipeline) > 0 && behindSince !== undefined ? (now - behindSince) / 1000 : 0;
  const writtenAt = Number(oldest.record.timestamp);
  // Records of the oldest format have none, and a producer's clock may be ahead.
  const since = writtenAt > 0 ? writtenAt : oldest.receivedAt;
  return Math.max(0, now - since) / 1000;
}
