import { describe, expect, test } from '@jest/globals';
import { type Offset, toOffset } from '../records/offset.js';
import { OffsetTracker, type Trackable } from './offset-tracker.js';

class Received implements Trackable {
  settled = false;
  following: this | undefined = undefined;

  constructor(
    readonly offset: Offset,
    readonly sequence: number,
  ) {}
}

/** A tracker that has received these offsets, and the records by their index. */
function received(offsets: readonly number[], options: { from?: number; next?: number } = {}) {
  const { from = 0 } = options;
  const { next = from } = options;
  const tracker = new OffsetTracker<Received>(toOffset(from));
  const records = offsets.map((offset, sequence) => new Received(toOffset(offset), sequence));
  for (const record of records) tracker.track(record);
  tracker.advanceTo(toOffset(next));
  const at = (index: number): Received => {
    const record = records[index];
    if (!record) throw new RangeError(`no record ${index}`);
    return record;
  };
  return { tracker, at };
}

describe('a tracker', () => {
  test('a tracker starts at the position it is given, with nothing received', () => {
    const { tracker } = received([], { from: 42 });
    expect(tracker).toMatchObject({
      position: '42',
      committableOffset: '42',
      committableSequence: 0,
      nextSequence: 0,
      unsettled: 0,
      oldest: undefined,
    });
  });

  test('a tracker keeps the committable offset at the oldest unsettled record while newer ones settle', () => {
    const { tracker, at } = received([5, 6, 7], { from: 5, next: 8 });
    expect(tracker.settle(at(1))).toBe(false);
    expect(tracker.settle(at(2))).toBe(false);
    expect(tracker).toMatchObject({ committableOffset: '5', committableSequence: 0, unsettled: 1 });
    expect(tracker.settle(at(0))).toBe(true);
    expect(tracker).toMatchObject({
      committableOffset: '8',
      committableSequence: 3,
      unsettled: 0,
      oldest: undefined,
    });
  });

  test('a tracker moves the committable offset over a gap to the next record, not to the offset after the last one', () => {
    const { tracker, at } = received([3, 10, 20], { next: 30 });
    expect(tracker.committableOffset).toBe('3');
    tracker.settle(at(0));
    expect(tracker.committableOffset).toBe('10');
    tracker.settle(at(1));
    expect(tracker.committableOffset).toBe('20');
  });

  test('a tracker ends at the position if control records follow the last record', () => {
    const { tracker, at } = received([3], { next: 9 });
    tracker.settle(at(0));
    expect(tracker.committableOffset).toBe('9');
  });

  test('a tracker follows the position while nothing is in flight, and only then', () => {
    const { tracker, at } = received([0], { next: 1 });
    tracker.advanceTo(toOffset(50));
    expect(tracker.committableOffset).toBe('0');
    tracker.settle(at(0));
    expect(tracker.committableOffset).toBe('50');
    tracker.advanceTo(toOffset(60));
    expect(tracker).toMatchObject({ committableOffset: '60', committableSequence: 1 });
  });

  test('a tracker counts a record that settles twice once', () => {
    const { tracker, at } = received([0, 1], { next: 2 });
    expect(tracker.settle(at(1))).toBe(false);
    expect(tracker.settle(at(1))).toBe(false);
    expect(tracker.unsettled).toBe(1);
    tracker.settle(at(0));
    expect(tracker.settle(at(0))).toBe(false);
    expect(tracker.unsettled).toBe(0);
  });

  test('a tracker settles a record with all records before it, and returns those it settled', () => {
    const { tracker, at } = received([0, 1, 2, 3], { next: 4 });
    tracker.settle(at(1));
    expect(tracker.settleThrough(at(2))).toEqual([at(0), at(2)]);
    expect(tracker).toMatchObject({ committableOffset: '3', unsettled: 1, oldest: at(3) });
    expect(tracker.settleThrough(at(2))).toEqual([]);
  });

  test('a tracker continues after all records have settled', () => {
    const { tracker, at } = received([0], { next: 1 });
    tracker.settle(at(0));
    const next = new Received(toOffset(7), tracker.nextSequence);
    tracker.track(next);
    tracker.advanceTo(toOffset(8));
    expect(tracker).toMatchObject({
      committableOffset: '7',
      committableSequence: 1,
      oldest: next,
      unsettled: 1,
    });
  });

  test('a tracker keeps no link from a record that the committable offset has passed', () => {
    const { tracker, at } = received([0, 1, 2], { next: 3 });
    tracker.settle(at(1));
    tracker.settle(at(0));
    expect([at(0).following, at(1).following]).toEqual([undefined, undefined]);
  });

  test('a tracker lists the unsettled records, oldest first', () => {
    const { tracker, at } = received([0, 1, 2, 3], { next: 4 });
    tracker.settle(at(2));
    expect([...tracker.unsettledRecords()].map(({ offset }) => offset)).toEqual(['0', '1', '3']);
  });
});
