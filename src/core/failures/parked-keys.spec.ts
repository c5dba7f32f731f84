import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toOffset } from '../records/offset.js';
import { ParkedKeys } from './parked-keys.js';

const entry = fc.record({ key: fc.constantFrom('a', 'b', undefined), offset: fc.nat(40) });
const step = fc.record({ entry, adds: fc.boolean() });

test('parked keys are what a list of them is, each key in the order of its offsets', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const keys = new ParkedKeys();
      const model = new Set<string>();
      for (const { entry: at, adds } of steps) {
        const { key, offset } = at;
        if (adds) {
          keys.add(key, toOffset(offset));
          model.add(`${key}/${offset}`);
        } else {
          keys.remove(key, toOffset(offset));
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
        expect(keys.first(key)).toBe(first === undefined ? undefined : String(first));
      }
    }),
  );
});
