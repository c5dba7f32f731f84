import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InFlightLimiter } from './records/in-flight-limiter.js';
import { compareOffsets } from './records/offset.js';
import { ModelBroker, modelPartition, type ModelPartition } from './testing/model-broker.js';
import {
  type Behaviour,
  type Blame,
  RecordingHandler,
  type RecordingOptions,
} from './testing/recording-handler.js';
import { shortTurn, VirtualClock } from './testing/virtual-time.js';
import { type GroupEvents, GroupPipeline } from './group.js';

const LIMIT = 20;
const FETCH = 15;

const key = fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null, freq: 4 });
const log = fc.array(fc.record({ gap: fc.nat(2), key }), { maxLength: 60 });
const partitions = fc
  .array(fc.record({ log, trailing: fc.nat(3) }), { minLength: 1, maxLength: 3 })
  .map((each) => each.map(({ log: records, trailing }, index) => modelPartition(index, records, trailing)));

const options: fc.Arbitrary<RecordingOptions> = fc.record({
  read: fc.constantFrom('one', 'batch'),
  order: fc.constantFrom('partition', 'key', 'none'),
  commit: fc.constantFrom('auto', 'manual'),
  concurrency: fc.integer({ min: 1, max: 4 }),
  attempts: fc.constantFrom(Infinity, 1, 2),
});

const behaviours = fc.array(
  fc.record({
    delayMs: fc.oneof(fc.constant(0), fc.nat(80)),
    fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    blames: fc.constantFrom<Blame>('nobody', 'outcomes', 'misfit', 'last', 'unreadable'),
  }),
  { minLength: 1, maxLength: 30 },
);

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('fetch' as const),
      at: fc.nat(2),
      most: fc.integer({ min: 1, max: FETCH }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail commit' as const),
      as: fc.constantFrom('transient' as const, 'rejoin' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rebalance' as const),
      owned: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      continuous: fc.boolean(),
      drainMs: fc.nat(100),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reassign' as const),
      owned: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      /** Whether the partitions that were to be given up are retained after all. */
      cancelled: fc.boolean(),
      drainMs: fc.nat(100),
    }),
  },
);

const silent: GroupEvents = {
  failed: () => undefined,
  passedOver: () => undefined,
  dueTooLate: () => undefined,
  rewound: () => undefined,
};

function build(options_: RecordingOptions, scripted: readonly Behaviour[], logs: ModelPartition[]) {
  const clock = new VirtualClock();
  const broker = new ModelBroker(logs, clock);
  const handler = new RecordingHandler(options_, scripted, clock, (at) => broker.at(at).ownership);
  const limiter = new InFlightLimiter({ records: LIMIT, bytes: 1_000_000 });
  limiter.share(logs.length);
  const compiled = handler.toHandler();
  const group = new GroupPipeline({
    handlerOf: () => compiled,
    fetching: broker,
    commits: broker,
    commitIntervalMs: 50,
    limiter,
    events: silent,
    clock,
    turn: shortTurn(clock, 3),
    random: () => 0.5,
  });
  return { clock, broker, handler, limiter, group };
}

/** What must not change in a partition that is retained while others are given up. */
function stateOf(at: ModelPartition, group: GroupPipeline): readonly unknown[] {
  return [group.partition(at), at.position, at.paused, at.ownership];
}

/** Records below the committed offset that were not handled: a violation of at-least-once delivery. */
function lost(logs: readonly ModelPartition[], handler: RecordingHandler): string[] {
  return logs.flatMap(({ partition, log: records, committed }) =>
    records
      .filter(({ offset }) => compareOffsets(offset, committed) < 0)
      .map(({ offset }) => `${partition}/${offset}`)
      .filter((name) => !handler.handled.has(name)),
  );
}

test('no record is lost, records of a key keep their order, memory is bounded, and all records are handled in the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      partitions,
      options,
      behaviours,
      fc.array(step, { maxLength: 60 }),
      async (logs, how, scripted, steps) => {
        const fresh = structuredClone(logs).map((each, index) => ({ ...each, log: logs[index]?.log ?? [] }));
        const { clock, broker, handler, limiter, group } = build(how, scripted, fresh);
        const disturbed: string[] = [];
        const noteDisturbed = (retained: ModelPartition[], before: (readonly unknown[])[]): void => {
          for (const [index, at] of retained.entries()) {
            const isSame = stateOf(at, group).every((value, field) => value === before[index]?.[field]);
            if (!isSame) disturbed.push(`partition ${at.partition} was to be retained`);
          }
        };
        broker.join(group, [true, true, true], false);
        for (const each of steps) {
          if (each.do === 'wait') await clock.advance(each.ms);
          else if (each.do === 'fail commit') broker.commitFailures.push(each.as);
          else if (each.do === 'fetch') {
            const at = fresh[each.at];
            if (at) broker.fetch(group, at, each.most);
          } else if (each.do === 'rebalance') {
            const drained = group.drain(each.drainMs);
            await clock.advance(each.drainMs);
            await drained;
            broker.join(group, each.owned, each.continuous);
          } else {
            const retained = fresh.filter((at, index) => at.assigned && each.owned[index]);
            const revoked = fresh.filter((at, index) => at.assigned && !each.owned[index]);
            const before = retained.map((at) => stateOf(at, group));
            const drained = group.drain(each.drainMs, revoked);
            noteDisturbed(retained, before);
            await clock.advance(each.drainMs);
            await drained;
            const between = retained.map((at) => stateOf(at, group));
            broker.reassign(
              group,
              each.owned.map(
                (isOwned, index) => isOwned || (each.cancelled && fresh[index]?.assigned === true),
              ),
            );
            noteDisturbed(retained, between);
          }
          expect(limiter.total.records).toBeLessThanOrEqual(2 * LIMIT + FETCH);
          expect(lost(fresh, handler)).toEqual([]);
        }
        broker.commitFailures.length = 0;
        handler.healed = true;
        broker.join(group, [true, true, true], true);
        for (let round = 0; round < 400 && !fresh.every((each) => each.committed === each.end); round++) {
          for (const each of fresh) broker.fetch(group, each, FETCH);
          await clock.advance(50);
        }
        expect(handler.violations).toEqual([]);
        expect(lost(fresh, handler)).toEqual([]);
        expect(fresh.map(({ committed }) => committed)).toEqual(fresh.map(({ end }) => end));
        expect(limiter.total).toEqual({ records: 0, bytes: 0 });
        expect(broker.mostCommitsInFlight).toBeLessThanOrEqual(1);
        expect(broker.strayCommits).toEqual([]);
        expect(disturbed).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
}, 120_000);
