import { describe, expect, test } from '@jest/globals';
import { type FetchedRecord, type RawHeaders, toOffset } from '../pipeline/index.js';
import { failureHeaders } from './failure-headers.js';
import { destinationOf, toOutgoing, toReplayRecord } from '../replay/index.js';
import { someDeadLetter } from '../replay/testing/some-dead-letter.js';
import { parseEntry, toParked } from './parking/parked-entry.js';
import { replayAddressOf } from './replay-address.js';

const own = { trace: Buffer.from([0, 255]), list: [Buffer.from('one'), null], nothing: null };
const at = { topic: 't', partition: 1 };

/** A replayed dead letter of the topic `t`, as it is fetched again. */
function replayed(settings: Parameters<typeof someDeadLetter>[0] = {}, topic = 't'): FetchedRecord {
  const deadLetter = someDeadLetter({ originalPartition: 1, headers: own, replays: 1, ...settings });
  const record = toReplayRecord(deadLetter);
  const { headers } = toOutgoing(
    deadLetter,
    record,
    destinationOf(deadLetter, record, topic, new Set([0, 1])),
  );
  return fetched(record, headers);
}

function fetched(
  { key, value }: Pick<FetchedRecord, 'key' | 'value'>,
  headers: RawHeaders = {},
): FetchedRecord {
  return { offset: toOffset(12), key, value, timestamp: '1700', headers: asFetched(headers) };
}

/** Headers as they are fetched: bytes, in another order. */
function asFetched(headers: RawHeaders): RawHeaders {
  const toBytes = (value: unknown): unknown => (typeof value === 'string' ? Buffer.from(value) : value);
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name, toBytes(value)] as const)
      .toReversed(),
  ) as RawHeaders;
}

describe('a replayed record', () => {
  test('a replayed record names its group and its dead letter', () => {
    expect(replayAddressOf(at, replayed())).toEqual({ group: 'g', replays: 2, of: 't.dlt/0/0' });
    expect(replayAddressOf({ topic: 'u', partition: 1 }, replayed({}, 'u'))).toMatchObject({
      group: undefined,
    });
    expect(replayAddressOf(at, replayed({ key: null, value: null }))).toMatchObject({ group: 'g' });
  });

  test.each<[string, typeof at, (record: FetchedRecord) => FetchedRecord]>([
    ['in another topic', { topic: 'enriched', partition: 1 }, (record) => record],
    ['in another partition', { topic: 't', partition: 0 }, (record) => record],
    ['with another value', at, (record) => ({ ...record, value: Buffer.from('w') })],
    ['with another key', at, (record) => ({ ...record, key: Buffer.from('l') })],
    ['as a tombstone', at, (record) => ({ ...record, value: null })],
    ['with another header', at, (record) => ({ ...record, headers: { ...record.headers, attempt: '2' } })],
    [
      'for another group',
      at,
      (record) => ({ ...record, headers: { ...record.headers, 'dlt-replay-for': 'h' } }),
    ],
    [
      'after more replays',
      at,
      (record) => ({ ...record, headers: { ...record.headers, 'dlt-replays': '9' } }),
    ],
    [
      'without a digest',
      at,
      (record) => ({ ...record, headers: { ...record.headers, 'dlt-replay-digest': null } }),
    ],
  ])('the address of a replayed record does not count if it is forwarded %s', (_what, to, forward) => {
    expect(replayAddressOf(to, forward(replayed()))).toBeUndefined();
  });

  test('a replayed record that fails again counts its replays only in the topic it was replayed to', () => {
    const failing = (topic: string, record = replayed()) =>
      failureHeaders(
        { at: { ...at, topic }, record, error: new Error('no'), attempts: 1, firstFailedAt: 0 },
        'g',
        new Date(),
      );
    expect(failing('t')).toMatchObject({ 'dlt-replays': '2', trace: own.trace });
    expect(failing('enriched')).toMatchObject({ 'dlt-replays': '0' });
    expect(Object.keys(failing('t')).filter((name) => name.startsWith('dlt-replay-'))).toEqual([]);
  });

  test('a replayed record is the same record after it was parked', () => {
    const record = replayed();
    const headers = failureHeaders(
      { at, record, error: new Error('no'), attempts: 1, firstFailedAt: 0 },
      'g',
      new Date(),
    );
    const parked = toParked(record, headers, 'owner', undefined);
    const stored = fetched({ key: Buffer.from(String(parked.key)), value: record.value }, parked.headers);
    const entry = parseEntry(stored);
    expect(entry).toMatchObject({ kind: 'parked', record: { key: record.key, value: record.value } });
    expect(entry?.kind === 'parked' && replayAddressOf(at, entry.record)).toMatchObject({ replays: 2 });
  });
});
