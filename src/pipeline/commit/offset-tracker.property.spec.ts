import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareOffsets, type Offset, toOffset } from '../records/offset.js';
import { OffsetTracker, type Trackable } from './offset-tracker.js';

class Received implements Trackable {
  settled = false;
  following: this | undefined = undefined;

  constructor(
    readonly offset: Offset,
    readonly sequence: number,
  ) {}
}

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fetch' as const),
      gaps: fc.array(fc.nat(3), { maxLength: 6 }),
      trailing: fc.nat(4),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle through' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('skip' as const), by: fc.nat(5) }) },
);

/** A tracker, with an array of all records it has received as the reference. */
class Tracked {
  readonly records: Received[] = [];
  /** Answers of the tracker that were wrong. */
  readonly broken: string[] = [];
  readonly tracker: OffsetTracker<Received>;
  #next: number;

  constructor(from: number) {
    this.#next = from;
    this.tracker = new OffsetTracker(toOffset(from));
  }

  fetch(gaps: readonly number[], trailing: number): void {
    for (const gap of gaps) {
      const record = new Received(toOffset(this.#next + gap), this.records.length);
      this.records.push(record);
      this.tracker.track(record);
      this.#next += gap + 1;
    }
    this.skip(trailing);
  }

  skip(by: number): void {
    this.#next += by;
    this.tracker.advanceTo(toOffset(this.#next));
  }

  pick(pick: number): Received | undefined {
    return this.records[pick % Math.max(1, this.records.length)];
  }

  settle(record: Received): void {
    const before = this.tracker.committableOffset;
    if (this.tracker.settle(record) !== (this.tracker.committableOffset !== before))
      this.broken.push(
        `settle(${record.offset}) returned the wrong answer to whether the committable offset moved`,
      );
  }

  settleThrough(record: Received): void {
    const expected = this.records.filter(({ sequence, settled }) => !settled && sequence <= record.sequence);
    const returned = this.tracker.settleThrough(record);
    if (returned.length !== expected.length || returned.some((each, at) => each !== expected[at]))
      this.broken.push(`settleThrough(${record.offset}) returned the wrong records`);
  }

  get position(): Offset {
    return toOffset(this.#next);
  }

  get unsettled(): Received[] {
    return this.records.filter(({ settled }) => !settled);
  }
}

test('the committable offset is that of the first unsettled record, never decreases, and ends at the position', () => {
  fc.assert(
    fc.property(fc.nat(10), fc.array(step, { maxLength: 60 }), fc.func(fc.nat()), (from, steps, order) => {
      const model = new Tracked(from);
      const { tracker } = model;
      let last = tracker.committableOffset;
      const check = (): void => {
        const [oldest] = model.unsettled;
        expect(model.broken).toEqual([]);
        expect(tracker.oldest).toBe(oldest);
        expect(tracker.committableOffset).toBe(oldest?.offset ?? model.position);
        expect(tracker.committableSequence).toBe(oldest?.sequence ?? model.records.length);
        expect(tracker.nextSequence).toBe(model.records.length);
        expect(tracker.unsettled).toBe(model.unsettled.length);
        expect(tracker.position).toBe(model.position);
        expect(compareOffsets(tracker.committableOffset, last)).toBeGreaterThanOrEqual(0);
        last = tracker.committableOffset;
      };
      for (const each of steps) {
        if (each.do === 'fetch') model.fetch(each.gaps, each.trailing);
        else if (each.do === 'skip') model.skip(each.by);
        else {
          const record = model.pick(each.pick);
          if (record && each.do === 'settle') model.settle(record);
          else if (record) model.settleThrough(record);
        }
        check();
      }
      const rest = model.unsettled.toSorted((a, b) => order(a.sequence) - order(b.sequence));
      for (const record of rest) {
        tracker.settle(record);
        check();
      }
      expect(tracker.committableOffset).toBe(model.position);
      expect([...tracker.unsettledRecords()]).toEqual([]);
      expect(model.records.filter(({ following }) => following)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
