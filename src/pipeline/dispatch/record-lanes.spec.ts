import { describe, expect, test } from '@jest/globals';
import { InFlightRecord } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import { RecordLanes } from './record-lanes.js';
import { idleOwner } from '../testing/idle-owner.js';

/** Lanes with a record for each name; `-` has none. Sequences count from 0 on. */
function lanesOf(names: string, concurrency: number) {
  const lanes = new RecordLanes(concurrency);
  const records = [...names].map((name, sequence) => {
    const fetched = { offset: toOffset(sequence), key: null, value: null, timestamp: '0' };
    return new InFlightRecord(idleOwner, fetched, sequence, 0, name === '-' ? undefined : name, 0);
  });
  for (const record of records) lanes.enqueue(record);
  /** Starts all records that may start, and returns their sequences. */
  const start = (limit = Infinity): number[] => {
    const started: number[] = [];
    for (let next = lanes.next(limit); next; next = lanes.next(limit)) started.push(next.sequence);
    return started;
  };
  const at = (sequence: number): InFlightRecord => {
    const record = records[sequence];
    if (!record) throw new RangeError(`no record ${sequence}`);
    return record;
  };
  return { lanes, start, at };
}

describe('lanes of records', () => {
  test('lanes of records start one record of a key, and the next one once the first is done', () => {
    const { lanes, start, at } = lanesOf('aaba', 4);
    expect(start()).toEqual([0, 2]);
    lanes.done(at(0));
    expect(start()).toEqual([1]);
    lanes.done(at(1));
    expect(start()).toEqual([3]);
  });

  test('lanes of records start no more records than there are slots', () => {
    const { lanes, start, at } = lanesOf('abcd', 2);
    expect(start()).toEqual([0, 1]);
    expect(lanes.running).toBe(2);
    lanes.done(at(1));
    expect(start()).toEqual([2]);
  });

  test('lanes of records start records without a key concurrently', () => {
    expect(lanesOf('-----', 3).start()).toEqual([0, 1, 2]);
    expect(lanesOf('---', 3).lanes.size).toBe(0);
  });

  test('lanes of records start the next record of a busy key before records of newer keys', () => {
    const { lanes, start, at } = lanesOf('aabc', 1);
    start();
    lanes.done(at(0));
    expect(start()).toEqual([1]);
  });

  test('lanes of records start an older key before the remaining records of a busy one', () => {
    const { lanes, start, at } = lanesOf('abca', 1);
    start();
    lanes.done(at(0));
    expect(start()).toEqual([1]);
    lanes.done(at(1));
    expect(start()).toEqual([2]);
    lanes.done(at(2));
    expect(start()).toEqual([3]);
  });

  test('lanes of records give the slot of a waiting record to another lane, while its own lane stays blocked', () => {
    const { lanes, start, at } = lanesOf('aab', 1);
    start();
    lanes.releaseSlot(at(0));
    lanes.releaseSlot(at(0));
    expect(lanes.running).toBe(0);
    expect(start()).toEqual([2]);
    lanes.done(at(2));
    expect(start()).toEqual([]);
    lanes.done(at(0));
    expect(start()).toEqual([1]);
    expect(lanes.running).toBe(1);
  });

  test('lanes of records start the retry of a record in a slot of its own', () => {
    const { lanes, start, at } = lanesOf('ab', 1);
    start();
    lanes.releaseSlot(at(0));
    start();
    lanes.requeue(at(0));
    expect(start()).toEqual([]);
    lanes.done(at(1));
    expect(start()).toEqual([0]);
    expect(at(0).holdsSlot).toBe(true);
  });

  test('lanes of records start no record beyond the limit, and are not blocked by lanes whose records lie beyond it', () => {
    const { lanes, start, at } = lanesOf('abca-', 3);
    expect(start(2)).toEqual([0, 1, 2]);
    lanes.releaseSlot(at(2));
    lanes.done(at(0));
    lanes.requeue(at(2));
    expect(start(2)).toEqual([2]);
    for (const sequence of [1, 2]) lanes.done(at(sequence));
    expect(start(2)).toEqual([]);
    expect(start()).toEqual([3, 4]);
  });

  test('lanes of records continue with every lane once the limit is lifted', () => {
    const { lanes, start, at } = lanesOf('aabb', 2);
    start(2);
    lanes.releaseSlot(at(2));
    lanes.done(at(0));
    lanes.requeue(at(2));
    expect(start(0)).toEqual([]);
    expect(start().toSorted()).toEqual([1, 2]);
  });

  test('lanes of records use no memory for a million keys whose records are done', () => {
    const lanes = new RecordLanes(64);
    for (let sequence = 0; sequence < 1_000_000; sequence++) {
      const fetched = { offset: toOffset(0), key: null, value: null, timestamp: '0' };
      lanes.enqueue(new InFlightRecord(idleOwner, fetched, sequence, 0, `key ${sequence}`, 0));
      const next = lanes.next(Infinity);
      if (next) lanes.done(next);
    }
    expect(lanes.size).toBe(0);
    expect(lanes.running).toBe(0);
  });
});
