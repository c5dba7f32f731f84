import { expect, test } from '@jest/globals';
import { BoundedMap } from './bounded-map.js';

test('a bounded map drops the key that was set longest ago when it is full', () => {
  const map = new BoundedMap<string, number>(2).set('a', 1).set('b', 2).set('a', 3).set('c', 4);
  expect([...map]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});
