import type { KeyName } from '../../core/failures/parked-keys.js';
import type { FetchedRecord, RawHeaders } from '../../core/records/fetched.js';
import { type Offset, toOffset } from '../../core/records/offset.js';
import type { OutgoingRecord } from '../../kafka/consumer-port.js';
import { HEADERS } from '../headers.js';
import { headerText, ownHeaders } from '../record-headers.js';
import { carriedAddress } from '../replay-address.js';

/**
 * What a record of a parking topic stands for. The topic is compacted, and its keys are made for that: what is
 * parked has the offset it had, and the name of the ownership in which it was, so that to park it twice is to park
 * it once; null takes it out. What one owner takes out is never what another has parked since.
 */
export type ParkedEntry =
  | {
      readonly kind: 'parked';
      readonly offset: Offset;
      readonly owner: string;
      readonly record: FetchedRecord;
    }
  | { readonly kind: 'taken out'; readonly offset: Offset; readonly owner: string }
  | { readonly kind: 'release'; readonly key: KeyName; readonly wanted: boolean };

const PARKED = /^record:(\d+):([\w-]+)$/;
const RELEASE = 'release:';
const RELEASE_KEYLESS = 'release-keyless';
const NOTHING = Buffer.alloc(0);

/** What a parked record is kept as. */
export function toParked(
  record: FetchedRecord,
  headers: RawHeaders,
  owner: string,
): Omit<OutgoingRecord, 'topic'> {
  return {
    key: nameOf(record.offset, owner),
    value: record.value ?? NOTHING,
    headers: {
      ...headers,
      ...carriedAddress(record),
      [HEADERS.parkedKey]: record.key,
      // A value of null would take the record out.
      ...(record.value === null && { [HEADERS.parkedTombstone]: 'true' }),
    },
  };
}

/** What takes a parked record out. */
export function toTakenOut(offset: Offset, owner: string): Omit<OutgoingRecord, 'topic'> {
  return { key: nameOf(offset, owner), value: null };
}

/** What asks for a key's release, or says that it has ended. */
export function toRelease(key: KeyName, wanted: boolean): Omit<OutgoingRecord, 'topic'> {
  const name = key === undefined ? RELEASE_KEYLESS : Buffer.from(RELEASE + key, 'latin1');
  return { key: name, value: wanted ? 'wanted' : null };
}

/** What a record of a parking topic says; undefined where it is none of ours. */
export function parseEntry(stored: FetchedRecord): ParkedEntry | undefined {
  const name = Buffer.from(stored.key ?? []).toString('latin1');
  if (name === RELEASE_KEYLESS) return { kind: 'release', key: undefined, wanted: stored.value !== null };
  if (name.startsWith(RELEASE)) {
    return { kind: 'release', key: name.slice(RELEASE.length), wanted: stored.value !== null };
  }
  const [, digits, owner] = PARKED.exec(name) ?? [];
  if (digits === undefined || owner === undefined) return undefined;
  const offset = toOffset(digits);
  return stored.value === null
    ? { kind: 'taken out', offset, owner }
    : { kind: 'parked', offset, owner, record: restored(stored, offset) };
}

function nameOf(offset: Offset, owner: string): string {
  return `record:${offset}:${owner}`;
}

/** The record as it was in its own partition. */
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
