import { describe, expect, test } from '@jest/globals';
import { keyNameOf } from '../../pipeline/index.js';
import { batchBytes, readOrders, recordBytes, recordsIn } from './testing/log-bytes.js';

const KEYS = [
  null,
  Buffer.alloc(0),
  Buffer.from('customer-7'),
  Buffer.from('Zoë'),
  Buffer.of(0, 127, 128, 255),
];

describe("the name of a packed record's key", () => {
  test.each(KEYS)('the key %p has the same name, with and without creating its bytes', async (key) => {
    const record = recordBytes({ offsetDelta: 0, key, value: Buffer.from('v') });
    const log = batchBytes({ firstOffset: 0n, lastOffsetDelta: 0, count: 1 }, record);
    const [packed] = recordsIn(await readOrders(log, { fetchOffset: '0', highWatermark: 1n }));
    expect(packed?.key).toEqual(key);
    expect(packed && keyNameOf(packed)).toBe(keyNameOf({ key }));
  });
});
