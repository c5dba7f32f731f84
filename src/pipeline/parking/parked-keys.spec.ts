import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toOffset } from '../records/offset.js';
import { ParkedKeys } from './parked-keys.js';

const entry = fc.record({ key: fc.constantFrom('a', 'b', undefined), offset: fc.nat(40) });
const step = fc.record({ entry, adds: fc.boolean() });

test('parked keys agree with a sorted list of parked records, each key in the order of its offsets', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const keys = new ParkedKeys();
      const model = new Set<string>();
      for (const { entry: at, adds } of steps) {
        const { key, offset } = at;
        if (adds) {
          keys.add({ key, offset: toOffset(offset) });
          model.add(`${key}/${offset}`);
        } else {
          keys.remove({ key, offset: toOffset(offset) });
          model.delete(`${key}/${offset}`);
        }
      }
      expect(keys.count).toBe(model.size);
      for (const key of ['a', 'b', undefined]) {
        const offsets = [...model]
          .filter((each) => each.startsWith(`${key}/`))
          .map((each) => Number(each.split('/')[1]));
        const first = offsets.toSorted((a, b) => a - b)[0];
        expect(keys.has(key)).toBe(first !== undefined);
        expect(keys.first(key)?.offset).toBe(first === undefined ? undefined : String(first));
      }
    }),
  );
});

test('records of former ownerships come first, in the order in which they were added', () => {
  const keys = new ParkedKeys();
  const parked = (offset: number, by?: string) => ({ key: 'a', offset: toOffset(offset), ...(by && { by }) });
  keys.add(parked(100, 'first'));
  keys.add(parked(95, 'second'));
  keys.add(parked(98));
  keys.add(parked(96));
  keys.add(parked(100));
  expect(keys.all('a')).toEqual([
    parked(100, 'first'),
    parked(95, 'second'),
    parked(96),
    parked(98),
    parked(100),
  ]);
  keys.remove(parked(100));
  expect(keys.first('a')).toEqual(parked(100, 'first'));
  expect(keys.count).toBe(4);
});
