import { describe, expect, it } from '@jest/globals';
import { type Entry, LaneOrder } from './lane-order.js';

/** Lines such as `S 1 5`: event, ownership, offset; even offsets are of one key, odd ones of another. */
function violations(...lines: readonly string[]): number {
  const order = new LaneOrder('a.1', (id) => id % 2);
  for (const line of lines) {
    const [event = '', ownership = '', offset] = line.split(' ');
    const id = Number(offset);
    order.take({
      event: event as Entry['event'],
      at: 0,
      ownership,
      topic: 't',
      partition: 0,
      offset: id,
      id,
    });
  }
  return order.count;
}

describe('order per key within an ownership', () => {
  it('order per key holds if each record of a key starts after the previous one has ended', () => {
    expect(violations('S 1 0', 'S 1 1', 'D 1 1', 'D 1 0', 'S 1 2', 'F 1 2', 'S 1 2', 'D 1 2')).toBe(0);
  });

  it('order per key is violated by two records of a key at the same time', () => {
    expect(violations('S 1 0', 'S 1 2')).toBe(1);
  });

  it('order per key is violated by a record that is handled after a later one of its key', () => {
    expect(violations('S 1 2', 'D 1 2', 'S 1 0')).toBe(1);
  });

  it('order per key is violated by a record that is handled twice', () => {
    expect(violations('S 1 0', 'D 1 0', 'S 1 0')).toBe(1);
  });

  it('order per key is checked within each ownership, whatever handlers of the previous one still write', () => {
    expect(violations('S 1 0', 'D 1 0', 'S 1 2', 'S 2 0', 'D 1 2', 'D 2 0', 'S 2 2')).toBe(0);
  });
});
