import type { PartitionReader } from '../../client/index.js';
import { type ParkedKey, readParkedKeys } from '../../redelivery/index.js';
import { isDisplayedAs, displayText } from '../display-text.js';

/** A parked key in the form that is shown to operators. */
export interface ShownParkedKey {
  /** The parking topic. */
  readonly topic: string;
  readonly partition: number;
  /** Null for records without a key. */
  readonly key: string | null;
  readonly records: number;
  /** The oldest record's offset in its original topic. */
  readonly oldestOffset: string | null;
  readonly since: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  /** Whether its release was requested and has not ended. */
  readonly releasing: boolean;
}

/** The keys that are parked in these parking topics. */
export async function parkedKeys(reader: PartitionReader, topics: readonly string[]): Promise<ParkedKey[]> {
  return (await Promise.all(topics.map((topic) => readParkedKeys(reader, topic)))).flat();
}

/** The parked keys with this displayed text; null selects the records without a key. */
export function ofKey(keys: readonly ParkedKey[], key: string | null): ParkedKey[] {
  return keys.filter((each) => isDisplayedAs(shownKey(each), key));
}

/** The number of parked records of these keys. */
export function recordsOf(keys: readonly ParkedKey[]): number {
  return keys.reduce((sum, { offsets }) => sum + offsets.length, 0);
}

/** A parked key for a table or for JSON. */
export function toShown(parked: ParkedKey): ShownParkedKey {
  const { topic, partition, offsets, oldest, releasing } = parked;
  return {
    topic,
    partition,
    key: shownKey(parked),
    records: offsets.length,
    oldestOffset: offsets[0] ?? null,
    since: oldest.since ?? null,
    reason: oldest.reason ?? null,
    message: oldest.message ?? null,
    releasing,
  };
}

function shownKey({ key }: ParkedKey): string | null {
  return key === undefined ? null : displayText(Buffer.from(key, 'latin1'));
}
