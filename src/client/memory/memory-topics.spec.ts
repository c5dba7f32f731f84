import { expect, test } from '@jest/globals';
import { toOffset } from '../../pipeline/index.js';
import { MemoryTopics } from './memory-topics.js';

test('all values of headers are read as buffers, as from a broker', () => {
  const topics = new MemoryTopics(1, () => 0);
  const headers = { tag: ['a', Buffer.from('b'), null], id: new Uint8Array([1]), none: null };
  const at = topics.append({ topic: 'orders', key: null, value: null, headers });
  const [record] = topics.recordsFrom({ ...at, offset: toOffset(0) });
  expect(record?.headers).toEqual({
    tag: [Buffer.from('a'), Buffer.from('b'), null],
    id: Buffer.from([1]),
    none: null,
  });
});
