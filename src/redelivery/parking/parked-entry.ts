import { randomBytes } from 'node:crypto';
import {
  type FetchedRecord,
  type KeyName,
  type Offset,
  type RawHeaders,
  toOffset,
} from '../../pipeline/index.js';
import type { OutgoingRecord } from '../../client/index.js';
import { HEADERS } from '../headers.js';
import { headerText, ownHeaders } from '../record-headers.js';
import { carriedAddress } from '../replay-address.js';

/** The id of a parked record: its original offset, and the ownership that parked it. */
export interface ParkedRecordId {
  readonly offset: Offset;
  readonly owner: string;
}

/**
 * The meaning of a record of a parking topic. The topic is compacted, and the keys are chosen for that: a record that is
 * parked twice in one ownership is stored once; a null value removes it, and never a copy that a later owner parked.
 */
export type ParkedEntry =
  | (ParkedRecordId & {
      readonly kind: 'parked';
      /** Id of the topic that the record was in; undefined if the brokers have no ids. */
      readonly topicId: string | undefined;
      readonly record: FetchedRecord;
    })
  | (ParkedRecordId & { readonly kind: 'removed' })
  /**
   * From here on the partition belongs to this owner: records that earlier owners write after it were never
   * committed.
   */
  | { readonly kind: 'owner'; readonly owner: string; readonly ended: boolean }
  | { readonly kind: 'release'; readonly key: KeyName; readonly request: string; readonly ended: ReleaseEnd };

/** Whether a release has ended, and which owner ended it; undefined if an earlier version wrote the record. */
export type ReleaseEnd = false | { readonly by: string | undefined };

/** A record of a parking topic, without topic and partition. */
export type ParkingTopicRecord = Omit<OutgoingRecord, 'topic'>;

const PARKED = /^record:(\d+):([\w-]+)$/;
const OWNER = /^owner:([\w-]+)$/;
const KEYED_RELEASE = /^release-key:([0-9a-f]*):/;
const KEYLESS_RELEASE = /^release-keyless(?::([0-9a-f]*))?$/;
/** Requests of earlier versions, whose key does not distinguish two requests. */
const OLD_RELEASE = 'release:';
const NOTHING = Buffer.alloc(0);

/** The stored form of a parked record. */
export function toParked(
  record: FetchedRecord,
  headers: RawHeaders,
  owner: string,
  topicId: string | undefined,
): ParkingTopicRecord {
  return {
    key: nameOf({ offset: record.offset, owner }),
    value: record.value ?? NOTHING,
    headers: {
      ...headers,
      ...carriedAddress(record),
      [HEADERS.parkedKey]: record.key,
      ...(topicId !== undefined && { [HEADERS.parkedTopicId]: topicId }),
      // A null value would remove the record.
      ...(record.value === null && { [HEADERS.parkedTombstone]: 'true' }),
    },
  };
}

/** A stored record under the name of another owner. */
export function toAdopted({ value, headers }: FetchedRecord, id: ParkedRecordId): ParkingTopicRecord {
  return { key: nameOf(id), value, ...(headers && { headers }) };
}

/** The record that removes a parked record. */
export function toRemoval(id: ParkedRecordId): ParkingTopicRecord {
  return { key: nameOf(id), value: null };
}

/** The record that announces an ownership and the position it reads from; without a position, the one that removes it. */
export function toOwner(owner: string, position: Offset | undefined): ParkingTopicRecord {
  return { key: `owner:${owner}`, value: position === undefined ? null : `from ${position}` };
}

/** The record that requests a key's release. */
export function toReleaseRequest(key: KeyName): ParkingTopicRecord {
  return { key: requestName(key, randomBytes(8).toString('hex')), value: 'wanted' };
}

/** The record that ends a release. */
export function toReleaseEnd(request: string, owner: string): ParkingTopicRecord {
  const headers = { [HEADERS.releaseEndedBy]: owner };
  return { key: Buffer.from(request, 'latin1'), value: null, headers };
}

/** Repeats a request for a release. */
export function toRepeatedRequest(request: string): ParkingTopicRecord {
  return { key: Buffer.from(request, 'latin1'), value: 'wanted' };
}

/** Parses a record of a parking topic; undefined if the service did not write it. */
export function parseEntry(stored: FetchedRecord): ParkedEntry | undefined {
  const name = Buffer.from(stored.key ?? []).toString('latin1');
  return parseParked(name, stored) ?? parseOwner(name, stored) ?? parseRelease(name, stored);
}

function parseParked(name: string, stored: FetchedRecord): ParkedEntry | undefined {
  const [, digits, owner] = PARKED.exec(name) ?? [];
  if (digits === undefined || owner === undefined) return undefined;
  const offset = toOffset(digits);
  if (stored.value === null) return { kind: 'removed', offset, owner };
  const topicId = headerText(stored, HEADERS.parkedTopicId);
  return { kind: 'parked', offset, owner, topicId, record: restored(stored, offset) };
}

function parseOwner(name: string, { value }: FetchedRecord): ParkedEntry | undefined {
  const owner = OWNER.exec(name)?.[1];
  return owner === undefined ? undefined : { kind: 'owner', owner, ended: value === null };
}

function parseRelease(request: string, stored: FetchedRecord): ParkedEntry | undefined {
  const ended = stored.value === null && { by: headerText(stored, HEADERS.releaseEndedBy) };
  const keyed =
    KEYED_RELEASE.exec(request)?.[0] ?? (request.startsWith(OLD_RELEASE) ? OLD_RELEASE : undefined);
  if (keyed !== undefined) return { kind: 'release', key: request.slice(keyed.length), request, ended };
  return KEYLESS_RELEASE.test(request) ? { kind: 'release', key: undefined, request, ended } : undefined;
}

function nameOf({ offset, owner }: ParkedRecordId): string {
  return `record:${offset}:${owner}`;
}

function requestName(key: KeyName, id: string): Buffer | string {
  return key === undefined ? `release-keyless:${id}` : Buffer.from(`release-key:${id}:${key}`, 'latin1');
}

/** The record in its original form. */
function restored(stored: FetchedRecord, offset: Offset): FetchedRecord {
  const key = stored.headers?.[HEADERS.parkedKey];
  return {
    offset,
    key: key instanceof Uint8Array ? key : null,
    value: headerText(stored, HEADERS.parkedTombstone) === undefined ? stored.value : null,
    timestamp: headerText(stored, HEADERS.originalTimestamp) ?? stored.timestamp,
    headers: { ...ownHeaders(stored), ...carriedAddress(stored) },
  };
}
