import type { PartitionReader } from '../../client/index.js';
import { type ParkedKey, readParkedKeys } from '../../redelivery/index.js';
import { isDisplayedAs, displayText } from '../display-text.js';

/** A parked key as operators see it. */
export interface ShownParkedKey {
  /** The parking topic. */
  readonly topic: string;
  readonly partition: number;
  /** Null for the records that have none. */
  readonly key: string | null;
  readonly records: number;
  /** The oldest of them, as an offset of the records' own topic. */
  readonly oldestOffset: string | null;
  readonly since: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  /** Whether its release was asked for and has not ended. */
  readonly releasing: boolean;
}

/** The keys that are parked in these topics. */
export async function parkedKeys(reader: PartitionReader, topics: readonly string[]): Promise<ParkedKey[]> {
  return (await Promise.all(topics.map((topic) => readParkedKeys(reader, topic)))).flat();
}

/** Those of a key as it is shown; null stands for the records without one. */
export function ofKey(keys: readonly ParkedKey[], key: string | null): ParkedKey[] {
  return keys.filter((each) => isDisplayedAs(shownKey(each), key));
}

/** How many records of these keys are parked. */
export function recordsOf(keys: readonly ParkedKey[]): number {
  return keys.reduce((sum, { offsets }) => sum + offsets.length, 0);
}

/** A parked key, for a table or for JSON. */
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
