import { createHash, type Hash } from 'node:crypto';
import type { FetchedRecord, RawHeaders, TopicPartition } from '../pipeline/index.js';
import { HEADERS } from './headers.js';
import { headerNumber, headerText, ownHeaders } from './record-headers.js';

/** The group that a replayed record is for, and its dead letter. */
export interface ReplayAddress {
  /** The only group that handles it; undefined if every group does. */
  readonly group: string | undefined;
  /** How often the record was replayed, including this time. */
  readonly replays: number;
  /** The dead letter, as topic, partition and offset. */
  readonly of: string;
}

/** The parts of a record that a replay writes. */
type Content = Pick<FetchedRecord, 'key' | 'value' | 'headers'>;

const ADDRESS = [HEADERS.replays, HEADERS.replayFor, HEADERS.replayOf, HEADERS.replayDigest] as const;

/**
 * The headers that address a replayed record. They count only for this content in this position: a
 * copy of the record in another topic carries headers that have no effect there.
 */
export function addressHeaders(to: TopicPartition, content: Content, address: ReplayAddress): RawHeaders {
  return {
    [HEADERS.replays]: String(address.replays),
    ...(address.group !== undefined && { [HEADERS.replayFor]: address.group }),
    [HEADERS.replayOf]: address.of,
    [HEADERS.replayDigest]: digestOf(to, content, address),
  };
}

/** The address of a replayed record; undefined if it is not a replay, or was written for another position. */
export function replayAddressOf(at: TopicPartition, record: Content): ReplayAddress | undefined {
  const digest = headerText(record, HEADERS.replayDigest);
  const of = headerText(record, HEADERS.replayOf);
  const replays = headerNumber(record, HEADERS.replays);
  if (digest === undefined || of === undefined || replays === undefined) return undefined;
  const address = { group: headerText(record, HEADERS.replayFor), replays, of };
  return digest === digestOf(at, record, address) ? address : undefined;
}

/** The unchanged headers of an address, for a parked copy that becomes the same record again. */
export function carriedAddress({ headers = {} }: Pick<FetchedRecord, 'headers'>): RawHeaders {
  if (headers[HEADERS.replayDigest] === undefined) return {};
  return Object.fromEntries(ADDRESS.flatMap((name) => (name in headers ? [[name, headers[name]]] : [])));
}

function digestOf({ topic, partition }: TopicPartition, content: Content, address: ReplayAddress): string {
  const hash = createHash('sha256');
  const { group, replays, of } = address;
  for (const part of [topic, String(partition), of, String(replays), group ?? null]) add(hash, part);
  add(hash, content.key);
  add(hash, content.value);
  // Brokers and clients keep the order of values with the same name, but not the order of names.
  for (const [name, values] of Object.entries(ownHeaders(content)).toSorted(byName)) {
    for (const value of Array.isArray(values) ? values : [values]) {
      add(hash, name);
      add(hash, value ?? null);
    }
  }
  return hash.digest('base64url');
}

/** Adds the length too, so that different lists of parts never result in the same bytes. */
function add(hash: Hash, part: Uint8Array | string | null): void {
  const bytes = part === null ? null : typeof part === 'string' ? Buffer.from(part) : part;
  hash.update(`${bytes?.byteLength ?? -1}:`);
  if (bytes) hash.update(bytes);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
