import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InFlightRecord } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import { RecordLanes } from './record-lanes.js';
import { idleOwner } from '../testing/idle-owner.js';

const lane = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined, freq: 4 });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('enqueue' as const), lanes: fc.array(lane, { maxLength: 5 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('finish' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('requeue' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lift' as const) }) },
);

/** Lanes under test, with the records that were enqueued and started as the reference. */
class Driven {
  readonly lanes: RecordLanes;
  readonly activeCalls: InFlightRecord[] = [];
  readonly released: InFlightRecord[] = [];
  readonly done: InFlightRecord[] = [];
  readonly broken: string[] = [];
  enqueued = 0;
  #highest = -1;
  #limit = Infinity;

  constructor(concurrency: number) {
    this.lanes = new RecordLanes(concurrency);
  }

  enqueue(name: string | undefined): void {
    const sequence = this.enqueued++;
    const fetched = { offset: toOffset(sequence), key: null, value: null, timestamp: '0' };
    this.lanes.enqueue(new InFlightRecord(idleOwner, fetched, sequence, 0, name, 0));
  }

  finish(pick: number): void {
    const all = [...this.activeCalls, ...this.released];
    const record = all[pick % Math.max(1, all.length)];
    if (!record) return;
    for (const list of [this.activeCalls, this.released]) {
      if (list.includes(record)) list.splice(list.indexOf(record), 1);
    }
    this.lanes.done(record);
    this.done.push(record);
  }

  release(pick: number): void {
    const [record] = this.activeCalls.splice(pick % Math.max(1, this.activeCalls.length), 1);
    if (!record) return;
    this.lanes.releaseSlot(record);
    this.released.push(record);
  }

  requeue(pick: number): void {
    const [record] = this.released.splice(pick % Math.max(1, this.released.length), 1);
    if (record) this.lanes.requeue(record);
  }

  hold(): void {
    this.#limit = this.#highest;
  }

  lift(): void {
    this.#limit = Infinity;
  }

  pump(): void {
    for (let next = this.lanes.next(this.#limit); next; next = this.lanes.next(this.#limit)) {
      const { sequence, lane: name } = next;
      if (sequence > this.#limit) this.broken.push(`${sequence} started beyond ${this.#limit}`);
      if (!next.holdsSlot) this.broken.push(`${sequence} started without a slot`);
      if (name !== undefined) {
        const beside = [...this.activeCalls, ...this.released].find((each) => each.lane === name);
        if (beside) this.broken.push(`${sequence} started while ${beside.sequence} of its lane was running`);
        const before = this.done.findLast((each) => each.lane === name);
        if (before && before.sequence >= sequence)
          this.broken.push(`${before.sequence} overtook ${sequence}`);
      }
      this.#highest = Math.max(this.#highest, sequence);
      this.activeCalls.push(next);
    }
  }
}

test('records of a key never run concurrently or out of order, slots are counted, and all records start', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (concurrency, steps) => {
      const driven = new Driven(concurrency);
      for (const each of steps) {
        if (each.do === 'enqueue') for (const name of each.lanes) driven.enqueue(name);
        else if (each.do === 'hold' || each.do === 'lift') driven[each.do]();
        else driven[each.do](each.pick);
        driven.pump();
        expect(driven.broken).toEqual([]);
        expect(driven.lanes.running).toBe(driven.activeCalls.length);
        expect(driven.lanes.running).toBeLessThanOrEqual(concurrency);
      }
      driven.lift();
      driven.pump();
      while (driven.activeCalls.length + driven.released.length > 0) {
        driven.finish(0);
        driven.pump();
      }
      expect(driven.broken).toEqual([]);
      expect(driven.done.length).toBe(driven.enqueued);
      expect(driven.lanes.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});
