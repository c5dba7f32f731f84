import type { FetchedRecord, KeyName } from '../../pipeline/index.js';
import type { PartitionReader, RecordProducer } from '../../client/index.js';
import { HEADERS } from '../headers.js';
import { headerText } from '../record-headers.js';
import { type ParkedRecordId, toReleaseRequest } from './parked-entry.js';
import { type ParkedEntryState, ParkedPartition } from './parked-partition.js';

/** A key that has records parked. */
export interface ParkedKey {
  /** The parking topic. */
  readonly topic: string;
  readonly partition: number;
  /** Undefined for the records without a key: each of them is parked on its own. */
  readonly key: KeyName;
  /** Offsets in the records' own topic, oldest first. */
  readonly offsets: readonly string[];
  /** Why its oldest record was parked, and since when, ISO 8601. */
  readonly oldest: ParkedFailure;
  /** Whether its release is asked for, and has not ended yet. */
  readonly releasing: boolean;
}

/** Why a record was parked. */
export interface ParkedFailure {
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly since: string | undefined;
}

const UNKNOWN: ParkedFailure = { reason: undefined, message: undefined, since: undefined };

/** Reads which keys of a topic are parked, independent of its owners. */
export async function readParkedKeys(reader: PartitionReader, topic: string): Promise<ParkedKey[]> {
  const found: ParkedKey[] = [];
  for (const { partition, start, end } of await reader.bounds(topic)) {
    const state = new ParkedPartition();
    const why = new Map<string, ParkedFailure>();
    for await (const stored of reader.read(topic, partition, start, end)) {
      const entry = state.apply(stored);
      if (entry?.kind === 'parked') why.set(idOf(entry), failureOf(stored));
      else if (entry?.kind === 'taken out') why.delete(idOf(entry));
    }
    found.push(...keysIn(topic, partition, state, why));
  }
  return found;
}

/** Requests the release of keys; resolves once the requests are stored for the owners of their partitions. */
export async function requestRelease(producer: RecordProducer, keys: readonly ParkedKey[]): Promise<void> {
  for (const { topic, partition, key } of keys) {
    await producer.send({ ...toReleaseRequest(key), topic, partition });
  }
}

function keysIn(
  topic: string,
  partition: number,
  { parked, requests }: ParkedPartition,
  why: ReadonlyMap<string, ParkedFailure>,
): ParkedKey[] {
  const byKey = new Map<KeyName, ParkedEntryState[]>();
  for (const place of parked) {
    const places = byKey.get(place.key);
    if (places) places.push(place);
    else byKey.set(place.key, [place]);
  }
  const wanted = new Set(requests.values());
  return [...byKey].map(([key, places]) => {
    const [first] = places;
    const oldest = (first && why.get(idOf(first))) ?? UNKNOWN;
    const offsets = places.map(({ offset }) => offset);
    return { topic, partition, key, offsets, oldest, releasing: wanted.has(key) };
  });
}

function idOf({ offset, owner }: ParkedRecordId): string {
  return `${offset}:${owner}`;
}

function failureOf(stored: FetchedRecord): ParkedFailure {
  return {
    reason: headerText(stored, HEADERS.exceptionClass),
    message: headerText(stored, HEADERS.exceptionMessage),
    since: headerText(stored, HEADERS.failedAt),
  };
}
