import { describe, expect, it } from '@jest/globals';
import { type FetchedRecord, type RawHeaders, toOffset } from '../pipeline/index.js';
import { HEADERS } from './headers.js';
import { toDeadLetter, toReplayReceipt } from './dead-letter.js';
import { matches, DeadLetterCounter, toListed, toReceipt } from '../replay/index.js';
import { someDeadLetter } from '../replay/testing/some-dead-letter.js';

const at = { topic: 't.dlt', partition: 2 };

function record(headers: RawHeaders, value: string | null = 'v'): FetchedRecord {
  return {
    offset: toOffset(3),
    key: null,
    value: value === null ? null : Buffer.from(value),
    timestamp: '5',
    headers,
  };
}

describe('a record of a dead-letter topic', () => {
  it('a record without headers is a dead letter of unknown origin', () => {
    expect(toDeadLetter('t.dlt', 1, record({}))).toMatchObject({
      originalTopic: undefined,
      reason: 'unknown',
      failedAt: 5,
      replays: 0,
      headers: {},
    });
  });

  it('a dead letter has its own headers without those of this service', () => {
    const ours = Object.fromEntries(Object.values(HEADERS).map((name) => [name, Buffer.from('1')]));
    const own = { trace: [Buffer.from('a'), null], 'dlt-mine': Buffer.from('b'), constructor: null };
    expect(toDeadLetter('t.dlt', 1, record({ ...own, ...ours })).headers).toEqual(own);
  });

  it('headers with invalid numbers are ignored', () => {
    const headers = {
      [HEADERS.replays]: Buffer.from('many'),
      [HEADERS.originalPartition]: Buffer.from('-1'),
    };
    expect(toDeadLetter('t.dlt', 1, record(headers))).toMatchObject({
      replays: 0,
      originalPartition: undefined,
    });
  });

  it('the last of several values of a header counts, as in Kafka itself', () => {
    const headers = { [HEADERS.originalTopic]: [Buffer.from('first'), Buffer.from('last')] };
    expect(toDeadLetter('t.dlt', 1, record(headers)).originalTopic).toBe('last');
  });

  it.each([
    ['beyond what a Date can hold', '9223372036854775807', undefined],
    ['of a record without one', '-1', undefined],
    ['far in the future', '1700000000000000', 1_700_000_000_000_000],
  ])('a dead letter with a timestamp %s has a valid time or none', (_what, timestamp, failedAt) => {
    const deadLetter = toDeadLetter('t.dlt', 1, { ...record({}), timestamp });
    expect(deadLetter.failedAt).toBe(failedAt);
    expect(() => toListed(deadLetter, false)).not.toThrow();
    const counter = new DeadLetterCounter();
    expect(() => counter.add({ deadLetter, replayed: false })).not.toThrow();
    expect(matches(deadLetter, { since: Date.UTC(2026) })).toBe(failedAt !== undefined);
  });

  it('the time in the header of a dead letter takes precedence over its timestamp', () => {
    const headers = { [HEADERS.failedAt]: Buffer.from('2026-03-01T08:15:00.000Z') };
    const deadLetter = toDeadLetter('t.dlt', 1, { ...record(headers), timestamp: '9223372036854775807' });
    expect(toListed(deadLetter, false).failedAt).toBe('2026-03-01T08:15:00.000Z');
  });

  it('a tombstone that names a replayed dead letter is a receipt', () => {
    const { headers = {} } = toReceipt(someDeadLetter({ partition: 2, offset: '2' }), 't');
    expect(toReplayReceipt(at, record(headers, null))).toEqual({
      replayedPartition: 2,
      replayedOffset: '2',
      replayedFailedAt: someDeadLetter({}).failedAt,
      replayedTo: 't',
    });
    expect(toReplayReceipt(at, record(headers))).toBeUndefined();
    expect(toReplayReceipt(at, record({}, null))).toBeUndefined();
  });

  it('a receipt of an earlier version need not name its topic', () => {
    const { headers = {} } = toReceipt(someDeadLetter({ partition: 2, offset: '2' }), 't');
    const { [HEADERS.replayedTopic]: _, ...earlier } = headers;
    expect(toReplayReceipt(at, record(earlier, null))).toMatchObject({ replayedOffset: '2' });
  });

  it.each([
    ['in another topic', { topic: 'u.dlt', partition: 2 }, '2'],
    ['in another partition', { topic: 't.dlt', partition: 1 }, '2'],
    ['before the dead letter that it names', { topic: 't.dlt', partition: 2 }, '3'],
    ['with an invalid offset', { topic: 't.dlt', partition: 2 }, '02'],
  ])('a receipt does not count %s', (_what, position, offset) => {
    const { headers = {} } = toReceipt(someDeadLetter({ partition: 2, offset }), 't');
    expect(toReplayReceipt(position, record(headers, null))).toBeUndefined();
  });
});
