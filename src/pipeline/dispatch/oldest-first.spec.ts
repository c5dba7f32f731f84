import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InFlightRecord } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import { Lane } from './lane.js';
import { OldestFirst } from './oldest-first.js';
import { idleOwner } from '../testing/idle-owner.js';

/** Lanes through the records' links: entry `n` says which lane the record with sequence `n` is in. */
function lanesOf(entries: readonly number[]): Lane[] {
  const lanes = new Map<number, Lane>();
  for (const [sequence, name] of entries.entries()) {
    const fetched = { offset: toOffset(sequence), key: null, value: null, timestamp: '0' };
    const record = new InFlightRecord(idleOwner, fetched, sequence, 0, String(name), 0);
    const lane = lanes.get(name) ?? new Lane(String(name));
    lanes.set(name, lane);
    lane.push(record);
  }
  return [...lanes.values()];
}

test('a heap of lanes returns all of their records in offset order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 80 }), fc.func(fc.nat()), (entries, order) => {
      const lanes = lanesOf(entries).toSorted((a, b) => order(a.name) - order(b.name));
      const heap = new OldestFirst(lanes);
      const taken: (number | undefined)[] = [];
      for (let lane = heap.first; lane; lane = heap.first) {
        taken.push(lane.shift()?.sequence);
        if (lane.waiting === 0) heap.shift();
        else heap.firstChanged();
      }
      expect(taken).toEqual(entries.map((_, sequence) => sequence));
    }),
  );
});

test('a heap returns pushed items in the order of their sequences', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 80 }), fc.array(fc.nat(20)), (initial, pushed) => {
      const toItem = (sequence: number): { sequence: number } => ({ sequence });
      const heap = new OldestFirst(initial.map(toItem));
      for (const sequence of pushed) heap.push(toItem(sequence));
      const taken: number[] = [];
      for (let item = heap.shift(); item; item = heap.shift()) taken.push(item.sequence);
      expect(taken).toEqual([...initial, ...pushed].toSorted((a, b) => a - b));
    }),
  );
});

test('an empty heap has no first item', () => {
  const heap = new OldestFirst<Lane>();
  heap.firstChanged();
  expect(heap.shift()).toBeUndefined();
  expect(heap.first).toBeUndefined();
});

test('a heap does not change the array that it is created from', () => {
  const lanes = lanesOf([3, 2, 1, 0]).toReversed();
  const before = [...lanes];
  void new OldestFirst(lanes).first;
  expect(lanes).toEqual(before);
});
