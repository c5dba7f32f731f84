import { expect, test } from '@jest/globals';
import { toOffset } from '../../pipeline/index.js';
import { MemoryTopics } from './memory-topics.js';

test('all values of a repeated header are read as bytes, as from a broker', () => {
  const topics = new MemoryTopics(1, () => 0);
  const at = topics.append({ topic: 'orders', key: null, value: null, headers: { tag: ['a', Buffer.from('b')] } });
  const [record] = topics.recordsFrom({ ...at, offset: toOffset(0) });
  expect(record?.headers?.['tag']).toEqual([Buffer.from('a'), Buffer.from('b')]);
});
