import { offsetsBetween, type PartitionPipeline } from '../../pipeline/index.js';

/** Number of offsets from the committable offset to the end of the partition. */
export function lagOf({ committableOffset, endOffset }: PartitionPipeline): number {
  return offsetsBetween(committableOffset, endOffset);
}

/**
 * Age in seconds of the partition's first unsettled record, by its own timestamp; 0 if all records are settled.
 * @param behindSince since when a partition with nothing in flight has had records to read, in ms since the epoch: its
 * first unsettled record was not fetched yet, so its timestamp is unknown
 */
export function lagSecondsOf(
  pipeline: PartitionPipeline,
  behindSince: number | undefined,
  now: number,
): number {
  const { oldest } = pipeline;
  if (!oldest) return lagOf(pipeline) > 0 && behindSince !== undefined ? (now - behindSince) / 1000 : 0;
  const writtenAt = Number(oldest.record.timestamp);
  // Records in the oldest message format have no timestamp, and a producer's clock may be ahead.
  const since = writtenAt > 0 ? writtenAt : oldest.receivedAt;
  return Math.max(0, now - since) / 1000;
}
