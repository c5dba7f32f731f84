import { expect, it } from '@jest/globals';
import { type FetchedRecord, toOffset } from '../pipeline/index.js';
import type { PartitionReader } from '../client/index.js';
import { deadLettersOf, until } from './dead-letter-log.js';

const mark: FetchedRecord = {
  offset: toOffset(0),
  key: null,
  value: null,
  timestamp: '0',
  headers: { 'dlt-replayed-partition': '0', 'dlt-replayed-offset': '0' },
};

it('is read no further once nobody wants it any more, however many marks follow each other', async () => {
  const over = new AbortController();
  let read = 0;
  const endless: PartitionReader = {
    bounds: () => Promise.resolve([{ partition: 0, start: toOffset(0), end: toOffset(1_000_000) }]),
    close: () => Promise.resolve(),
    async *read() {
      for (;;) {
        if (++read === 5) over.abort();
        yield mark;
      }
    },
  };
  const letters = [];
  for await (const letter of deadLettersOf(until(over.signal, endless), 't.dlt')) letters.push(letter);
  expect([letters, read]).toEqual([[], 6]);
});
