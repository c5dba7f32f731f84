import { describe, expect, test } from '@jest/globals';
import { InFlightRecord } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import { BatchLanes, type LaneBatch } from './batch-lanes.js';
import { idleOwner } from '../testing/idle-owner.js';

/** Lanes with a record for each name; `-` has none. */
function lanesOf(names: string, { most = 10, concurrency = 4 } = {}) {
  const lanes = new BatchLanes(most, concurrency);
  let sequence = 0;
  const add = (more: string): void => {
    for (const name of more) {
      const fetched = { offset: toOffset(sequence), key: null, value: null, timestamp: '0' };
      lanes.enqueue(
        new InFlightRecord(idleOwner, fetched, sequence++, 0, name === '-' ? undefined : name, 0),
      );
    }
  };
  add(names);
  return { lanes, add };
}

const sequencesOf = ({ records }: LaneBatch): number[] => records.map(({ sequence }) => sequence);

describe('lanes of batches', () => {
  test('lanes of batches make batches of the oldest records, in offset order', () => {
    const { lanes } = lanesOf('abcabc', { most: 4 });
    expect(sequencesOf(lanes.take(Infinity))).toEqual([0, 1, 2, 3]);
  });

  test('lanes of batches keep the remaining records of busy lanes for a later batch', () => {
    const { lanes, add } = lanesOf('aab', { most: 1 });
    const first = lanes.take(Infinity);
    expect(sequencesOf(lanes.take(Infinity))).toEqual([2]);
    add('a');
    expect(lanes.startable).toBe(0);
    expect(lanes.canTake(Infinity)).toBe(false);
    lanes.done(first);
    expect(lanes.startable).toBe(2);
    expect(sequencesOf(lanes.take(Infinity))).toEqual([1]);
  });

  test('lanes of batches run the batches of a single lane one after the other', () => {
    const { lanes } = lanesOf('aaa', { most: 2 });
    const first = lanes.take(Infinity);
    expect(lanes.canTake(Infinity)).toBe(false);
    lanes.done(first);
    expect(sequencesOf(lanes.take(Infinity))).toEqual([2]);
  });

  test('lanes of batches put records without a key into the same batch', () => {
    const { lanes } = lanesOf('----', { most: 2 });
    expect(sequencesOf(lanes.take(Infinity))).toEqual([0, 1]);
    expect(sequencesOf(lanes.take(Infinity))).toEqual([2, 3]);
  });

  test('lanes of batches start no more batches than there are slots', () => {
    const { lanes } = lanesOf('abc', { most: 1, concurrency: 2 });
    const first = lanes.take(Infinity);
    lanes.take(Infinity);
    expect(lanes.running).toBe(2);
    expect(lanes.canTake(Infinity)).toBe(false);
    lanes.done(first);
    expect(lanes.canTake(Infinity)).toBe(true);
  });

  test('lanes of batches take no record beyond the limit', () => {
    const { lanes } = lanesOf('abab');
    expect(lanes.canTake(-1)).toBe(false);
    expect(lanes.canTake(1)).toBe(true);
    expect(sequencesOf(lanes.take(1))).toEqual([0, 1]);
    expect(lanes.canTake(1)).toBe(false);
  });

  test('lanes of batches give the slot of a waiting batch to another one, while its lanes stay busy', () => {
    const { lanes } = lanesOf('aab', { most: 1, concurrency: 1 });
    const first = lanes.take(Infinity);
    lanes.releaseSlot(first);
    lanes.releaseSlot(first);
    expect(lanes.running).toBe(0);
    expect(sequencesOf(lanes.take(Infinity))).toEqual([2]);
    expect(lanes.canTake(Infinity)).toBe(false);
    lanes.takeSlot(first);
    expect(lanes.running).toBe(2);
    lanes.done(first);
    expect(lanes.running).toBe(1);
  });

  test('free no slot that a batch has released before', () => {
    const { lanes } = lanesOf('ab', { most: 1 });
    const [first, second] = [lanes.take(Infinity), lanes.take(Infinity)];
    lanes.releaseSlot(first);
    lanes.done(first);
    expect(lanes.running).toBe(1);
    lanes.done(second);
    expect(lanes.running).toBe(0);
  });
});
