import { expect, it } from '@jest/globals';
import { type FetchedRecord, toOffset } from '../../pipeline/index.js';
import type { PartitionReader } from '../../client/index.js';
import { deadLettersOf, readerUntilAborted } from './dead-letter-log.js';

const receipt: FetchedRecord = {
  offset: toOffset(0),
  key: null,
  value: null,
  timestamp: '0',
  headers: { 'dlt-replayed-partition': '0', 'dlt-replayed-offset': '0' },
};

it('reading dead letters stops when the signal is aborted, even in a long series of receipts', async () => {
  const over = new AbortController();
  let read = 0;
  const endless: PartitionReader = {
    bounds: () => Promise.resolve([{ partition: 0, start: toOffset(0), end: toOffset(1_000_000) }]),
    close: () => Promise.resolve(),
    async *read() {
      for (;;) {
        if (++read === 5) over.abort();
        yield receipt;
      }
    },
  };
  const letters = [];
  for await (const deadLetter of deadLettersOf(readerUntilAborted(over.signal, endless), 't.dlt'))
    letters.push(deadLetter);
  expect([letters, read]).toEqual([[], 6]);
});

it.each([
  ['says when the dead letter failed', { 'dlt-replayed-failed-at': '1700000000000' }, true],
  [
    'is of a dead letter of the topic before it was recreated',
    { 'dlt-replayed-failed-at': '1600000000000' },
    false,
  ],
  ['is of an earlier version', {}, true],
])('a receipt counts by offset and time of the failure: one that %s', async (_what, headers, replayed) => {
  const log: FetchedRecord[] = [
    {
      offset: toOffset(0),
      key: null,
      value: Buffer.from('v'),
      timestamp: '5',
      headers: { 'dlt-failed-at': new Date(1_700_000_000_000).toISOString() },
    },
    { ...receipt, offset: toOffset(1), headers: { ...receipt.headers, ...headers } },
  ];
  const reader: PartitionReader = {
    bounds: () => Promise.resolve([{ partition: 0, start: toOffset(0), end: toOffset(2) }]),
    close: () => Promise.resolve(),
    async *read() {
      yield* log;
    },
  };
  const found = [];
  for await (const letter of deadLettersOf(reader, 't.dlt')) found.push(letter.replayed);
  expect(found).toEqual([replayed]);
});
