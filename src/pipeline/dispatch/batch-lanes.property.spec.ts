import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InFlightRecord } from '../records/in-flight.js';
import { toOffset } from '../records/offset.js';
import { BatchLanes, type LaneBatch } from './batch-lanes.js';
import { idleOwner } from '../testing/idle-owner.js';

const lane = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { nil: undefined, freq: 5 });
const step = fc.oneof(
  fc.record({ do: fc.constant('enqueue' as const), lanes: fc.array(lane, { maxLength: 8 }) }),
  fc.record({ do: fc.constant('take' as const), limit: fc.option(fc.nat(60), { nil: Infinity, freq: 3 }) }),
  fc.record({ do: fc.constant('finish' as const), pick: fc.nat() }),
  fc.record({ do: fc.constant('wait' as const), pick: fc.nat() }),
);
const limits = fc.record({
  most: fc.integer({ min: 1, max: 6 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
});

/** A reference model of batch lanes: a list of waiting records and a list of running batches. */
class Model {
  waiting: InFlightRecord[] = [];
  running: LaneBatch[] = [];
  places = 0;

  constructor(
    readonly most: number,
    readonly concurrency: number,
  ) {}

  get startable(): InFlightRecord[] {
    const busy = new Set(this.running.flatMap(({ records }) => records.map((record) => record.lane)));
    return this.waiting.filter((record) => record.lane === undefined || !busy.has(record.lane));
  }

  expected(limit: number): InFlightRecord[] {
    if (this.places >= this.concurrency) return [];
    return this.startable.filter(({ sequence }) => sequence <= limit).slice(0, this.most);
  }

  started(batch: LaneBatch): void {
    this.waiting = this.waiting.filter((record) => !batch.records.includes(record));
    this.running.push(batch);
    this.places++;
  }

  finished(batch: LaneBatch): void {
    this.running = this.running.filter((each) => each !== batch);
    if (batch.holdsSlot) this.places--;
  }
}

test('a batch holds the oldest records that may start, and no key is in two running batches', () => {
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60 }), ({ most, concurrency }, steps) => {
      const lanes = new BatchLanes(most, concurrency);
      const model = new Model(most, concurrency);
      let sequence = 0;
      const enqueue = (name: string | undefined): void => {
        const fetched = { offset: toOffset(sequence), key: null, value: null, timestamp: '0' };
        const record = new InFlightRecord(idleOwner, fetched, sequence++, 0, name, 0);
        lanes.enqueue(record);
        model.waiting.push(record);
      };
      const take = (limit: number): void => {
        const expected = model.expected(limit);
        expect(lanes.canTake(limit)).toBe(expected.length > 0);
        if (expected.length === 0) return;
        const batch = lanes.take(limit);
        expect(batch.records.map((each) => each.sequence)).toEqual(expected.map((each) => each.sequence));
        model.started(batch);
      };
      const finish = (pick: number): void => {
        const batch = model.running[pick % Math.max(1, model.running.length)];
        if (!batch) return;
        model.finished(batch);
        lanes.done(batch);
      };
      for (const each of steps) {
        if (each.do === 'enqueue') for (const name of each.lanes) enqueue(name);
        else if (each.do === 'take') take(each.limit);
        else if (each.do === 'finish') finish(each.pick);
        else {
          const batch = model.running[each.pick % Math.max(1, model.running.length)];
          if (batch?.holdsSlot) model.places--;
          if (batch) lanes.releaseSlot(batch);
        }
        expect(lanes.running).toBe(model.places);
        expect(lanes.startable).toBe(model.startable.length);
      }
      while (model.running.length + model.waiting.length > 0) {
        while (lanes.canTake(Infinity)) take(Infinity);
        finish(0);
      }
      expect(lanes.running).toBe(0);
      expect(lanes.startable).toBe(0);
    }),
    { numRuns: 300 },
  );
});
