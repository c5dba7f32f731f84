import { type FetchedRecord, type KeyName, keyNameOf } from '../../pipeline/index.js';
import type { PartitionReader, RecordProducer } from '../../client/index.js';
import { type DeadLetter, toDeadLetter } from '../dead-letter.js';
import { HEADERS } from '../headers.js';
import { headerText } from '../record-headers.js';
import { type ParkedRecordId, toReleaseRequest } from './parked-entry.js';
import { type ParkedEntryState, ParkedPartition } from './parked-partition.js';

/** A parked key. */
export interface ParkedKey {
  /** The parking topic. */
  readonly topic: string;
  readonly partition: number;
  /** Undefined for the records without a key, which are parked one by one. */
  readonly key: KeyName;
  /** Offsets in the original topic, oldest first. */
  readonly offsets: readonly string[];
  /** Why and when its oldest record was parked. */
  readonly oldest: ParkedFailure;
  /** Whether its release was requested and has not ended. */
  readonly releasing: boolean;
}

/** Why a record was parked. */
export interface ParkedFailure {
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** ISO 8601. */
  readonly since: string | undefined;
}

const UNKNOWN: ParkedFailure = { reason: undefined, message: undefined, since: undefined };

/** Reads which keys are parked in a parking topic; needs no ownership of its partitions. */
export async function readParkedKeys(reader: PartitionReader, topic: string): Promise<ParkedKey[]> {
  const found: ParkedKey[] = [];
  for (const { partition, start, end } of await reader.bounds(topic)) {
    const state = new ParkedPartition();
    const why = new Map<string, ParkedFailure>();
    for await (const stored of reader.read(topic, partition, start, end)) {
      const entry = state.apply(stored);
      if (entry?.kind === 'parked') why.set(idOf(entry), failureOf(stored));
      else if (entry?.kind === 'removed') why.delete(idOf(entry));
    }
    found.push(...keysIn(topic, partition, state, why));
  }
  return found;
}

/** Reads the parked records of a key, oldest first, in the form of dead letters. */
export async function readParkedRecords(
  reader: PartitionReader,
  { topic, partition, key }: Pick<ParkedKey, 'topic' | 'partition' | 'key'>,
): Promise<DeadLetter[]> {
  const bounds = (await reader.bounds(topic)).find((each) => each.partition === partition);
  if (!bounds) return [];
  const state = new ParkedPartition();
  const records = new Map<string, DeadLetter>();
  for await (const stored of reader.read(topic, partition, bounds.start, bounds.end)) {
    const entry = state.apply(stored);
    if (entry?.kind === 'parked' && keyNameOf(entry.record) === key) {
      const { record } = entry;
      const shown = { ...stored, key: record.key, value: record.value };
      records.set(idOf(entry), toDeadLetter(topic, partition, shown));
    } else if (entry?.kind === 'removed') records.delete(idOf(entry));
  }
  return state.parked.flatMap((entry) => records.get(idOf(entry)) ?? []);
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
  for (const entry of parked) {
    const entries = byKey.get(entry.key);
    if (entries) entries.push(entry);
    else byKey.set(entry.key, [entry]);
  }
  const wanted = new Set(requests.values());
  return [...byKey].map(([key, entries]) => {
    const [first] = entries;
    const oldest = (first && why.get(idOf(first))) ?? UNKNOWN;
    const offsets = entries.map(({ offset }) => offset);
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
