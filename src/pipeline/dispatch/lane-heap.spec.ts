import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InFlightRecord, type RecordOwner } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import type { Lane } from './lane.js';
import { LaneHeap } from './lane-heap.js';

const owner: RecordOwner = {
  topic: 't',
  partition: 0,
  signalOf: () => new AbortController().signal,
  waitStarted: () => () => undefined,
  acknowledge: () => undefined,
  commit: () => Promise.resolve(),
};

/** Lanes through the records' links: entry `n` says which lane the record with sequence `n` is in. */
function lanesOf(entries: readonly number[]): Lane[] {
  const lanes = new Map<number, Lane>();
  for (const [sequence, name] of entries.entries()) {
    const fetched = { offset: toOffset(sequence), key: null, value: null, timestamp: '0' };
    const record = new InFlightRecord(owner, fetched, sequence, 0, String(name), 0);
    const lane = lanes.get(name);
    if (lane?.tail) {
      lane.tail.laneNext = record;
      lane.tail = record;
    } else {
      lanes.set(name, { name: String(name), head: record, tail: record, waiting: 1, busy: false });
    }
  }
  return [...lanes.values()];
}

test('a heap of lanes gives out all of their records in offset order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 80 }), fc.func(fc.nat()), (entries, order) => {
      const lanes = lanesOf(entries).toSorted((a, b) => order(a.name) - order(b.name));
      const heap = new LaneHeap(lanes);
      const taken: number[] = [];
      for (let lane = heap.first; lane; lane = heap.first) {
        if (!lane.head) throw new Error('the first lane is empty');
        taken.push(lane.head.sequence);
        lane.head = lane.head.laneNext;
        heap.firstChanged();
      }
      expect(taken).toEqual(entries.map((_, sequence) => sequence));
    }),
  );
});

test('a heap without lanes has no first one', () => {
  const heap = new LaneHeap([]);
  heap.firstChanged();
  expect(heap.first).toBeUndefined();
});

test('a heap leaves the array it was made of as it is', () => {
  const lanes = lanesOf([3, 2, 1, 0]).toReversed();
  const before = [...lanes];
  void new LaneHeap(lanes).first;
  expect(lanes).toEqual(before);
});
