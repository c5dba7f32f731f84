import type { PartitionSnapshot } from '../../transport/index.js';

/**
 * Age in seconds of the partition's first unsettled record, by its own timestamp; 0 if all records are settled.
 * @param behindSince since when a partition with nothing in flight has had records to read, in ms since the epoch: its
 * first unsettled record was not fetched yet, so its timestamp is unknown
 */
export function lagSecondsOf(
  { oldest, lag }: Pick<PartitionSnapshot, 'oldest' | 'lag'>,
  behindSince: number | undefined,
  now: number,
): number {
  if (!oldest) return lag > 0 && behindSince !== undefined ? (now - behindSince) / 1000 : 0;
  // A producer's clock may be ahead.
  return Math.max(0, now - oldest.writtenAt) / 1000;
}
