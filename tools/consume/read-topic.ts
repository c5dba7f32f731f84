import { compareOffsets, type FetchedRecord, type Offset } from '../../src/pipeline/index.js';
import type { PartitionBounds, PartitionReader } from '../../src/client/index.js';
import { ToolError } from '../tool-error.js';

/** The position from which each partition is read. */
export type From = 'earliest' | 'latest' | Offset;

/** The records to read. */
export interface Selection {
  readonly topic: string;
  /** Undefined for all partitions. */
  readonly partition: number | undefined;
  readonly from: From;
}

/** A record and its partition. */
export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: FetchedRecord;
}

/**
 * Reads a topic, partition by partition, up to its current end.
 * @param more called at the end; reading continues with new records if it resolves with true
 * @throws ToolError `NO_PARTITION` if the topic does not have the selected partition
 */
export async function* readTopic(
  reader: Pick<PartitionReader, 'bounds' | 'read'>,
  { topic, partition: wanted, from }: Selection,
  more: () => Promise<boolean>,
): AsyncGenerator<ReadRecord> {
  const positions = new Map<number, Offset>();
  let isFirstRound = true;
  do {
    const bounds = (await reader.bounds(topic)).filter(
      ({ partition }) => wanted === undefined || partition === wanted,
    );
    if (bounds.length === 0) throw new ToolError('NO_PARTITION', `${topic} has no partition ${wanted}.`);
    for (const each of bounds) {
      const { partition, end } = each;
      // A partition that was added later is read from its start.
      const start = positions.get(partition) ?? startOf(each, isFirstRound ? from : 'earliest');
      positions.set(partition, compareOffsets(start, end) < 0 ? end : start);
      if (compareOffsets(start, end) >= 0) continue;
      for await (const record of reader.read(topic, partition, start, end))
        yield { topic, partition, record };
    }
    isFirstRound = false;
  } while (await more());
}

function startOf({ start, end }: PartitionBounds, from: From): Offset {
  if (from === 'earliest') return start;
  if (from === 'latest') return end;
  return compareOffsets(from, start) < 0 ? start : from;
}
