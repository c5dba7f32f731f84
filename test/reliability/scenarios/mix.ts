import fc from 'fast-check';
import type { Run } from '../run.js';
import { SLOTS } from '../run.js';
import { outage, slowBroker } from './brokers.js';
import { begin } from './instances.js';
import { disturb } from './network.js';
import type { Scenario } from './scenario.js';

/** The instances that are always meant to run; the fourth comes and goes. */
const RESIDENTS = SLOTS.slice(0, 3);
const VISITOR = SLOTS[3];

/** One fault of the plan. */
export interface Step {
  /** How long after the step before. */
  readonly waitMs: number;
  readonly fault: Fault;
  /** Which instance, or broker. */
  readonly which: number;
  readonly ms: number;
}

const faults = {
  kill: async (run: Run, { which }: Step) => {
    const slot = residentAt(which);
    await run.fault('kill -9', slot, { ends: slot }, () => run.fleet.kill(slot));
    await run.fleet.joined(slot);
  },
  sigterm: async (run: Run, { which }: Step) => {
    const slot = residentAt(which);
    await run.fault('SIGTERM', slot, 'nothing', () => run.fleet.roll(slot));
    await run.fleet.joined(slot);
  },
  suspend: async (run: Run, { which, ms }: Step) => {
    const slot = residentAt(which);
    await run.fault('SIGSTOP', slot, { hits: slot }, async () => {
      run.fleet.suspend(slot);
      await run.pass(ms);
      run.fleet.resume(slot);
    });
  },
  visit: async (run: Run, { ms }: Step) => {
    await run.fault('one more instance', VISITOR, 'nothing', async () => {
      await run.fleet.start(VISITOR);
      await run.pass(ms);
      await run.fleet.stop(VISITOR);
    });
  },
  block: async (run: Run, { ms }: Step) => {
    await run.fault('event loop blocked', 'whoever has the record', 'around', async () => {
      run.load.plan({ do: 'block', ms });
      await run.pass(ms + 3000);
    });
  },
  die: async (run: Run) => {
    await run.fault('kill -9 in a handler', 'whoever has the record', 'around', async () => {
      run.load.plan({ do: 'die' });
      await run.pass(5000);
    });
  },
  burst: async (run: Run, { ms }: Step) => {
    await run.fault('burst', `${ms} records at once`, 'nothing', async () => {
      run.load.burst(ms);
      await run.pass(3000);
    });
  },
  large: async (run: Run, { which }: Step) => {
    await run.fault('large records', '900 KB each', 'nothing', async () => {
      for (let i = 0; i <= which; i++) run.load.plan({ pad: 'x'.repeat(900_000) });
      await run.pass(2000);
    });
  },
  broker: (run: Run, { which, ms }: Step) => outage(run, [run.cluster.broker((which % 3) + 1)], ms),
  coordinator: async (run: Run, { ms }: Step) =>
    outage(run, [await run.cluster.coordinatorOf(run.groupId)], ms),
  quorum: (run: Run, { which, ms }: Step) =>
    outage(
      run,
      run.cluster.brokers.filter(({ nodeId }) => nodeId !== (which % 3) + 1),
      ms,
    ),
  'all-brokers': (run: Run, { ms }: Step) => outage(run, run.cluster.brokers, ms),
  'slow-broker': (run: Run, { which, ms }: Step) => slowBroker(run, run.cluster.broker((which % 3) + 1), ms),
  cut: (run: Run, { which, ms }: Step) =>
    disturb(run, 'network cut', residentAt(which), ms, (network) => network.cut(residentAt(which))),
  'half-open': (run: Run, { which, ms }: Step) =>
    disturb(run, 'half-open', residentAt(which), ms, (network) => network.halfOpen(residentAt(which))),
  delay: (run: Run, { which, ms }: Step) =>
    disturb(run, 'network delay 300 ms', residentAt(which), ms, (network) =>
      network.delay(residentAt(which), { delayMs: 300, jitterMs: 200 }),
    ),
  throttle: (run: Run, { which, ms }: Step) =>
    disturb(run, 'network throttle 20 KB/s', residentAt(which), ms, (network) =>
      network.throttle(residentAt(which), 20_000),
    ),
  reset: (run: Run, { which, ms }: Step) =>
    disturb(run, 'network resets', residentAt(which), ms, (network) => network.reset(residentAt(which))),
} satisfies Record<string, (run: Run, step: Step) => Promise<void>>;

type Fault = keyof typeof faults;

/** What no two faults may have at once; a fault that is not named has the instance that it hits. */
const resources: Partial<Record<Fault, string>> = {
  broker: 'brokers',
  coordinator: 'brokers',
  quorum: 'brokers',
  'all-brokers': 'brokers',
  'slow-broker': 'brokers',
  visit: VISITOR,
  block: 'handlers',
  die: 'handlers',
  burst: 'load',
  large: 'load',
};

/** Of each hundred faults, how many are of a kind. */
const weights: Readonly<Record<Fault, number>> = {
  kill: 12,
  sigterm: 10,
  suspend: 8,
  visit: 8,
  block: 5,
  die: 6,
  burst: 4,
  large: 4,
  broker: 8,
  coordinator: 5,
  quorum: 3,
  'all-brokers': 2,
  'slow-broker': 3,
  cut: 6,
  'half-open': 5,
  delay: 4,
  throttle: 3,
  reset: 4,
};

/** A plan of faults for a time, which the seed alone decides. */
export function planOf(seed: number, minutes: number, network: boolean): Step[] {
  const usable = (Object.keys(faults) as Fault[]).filter((fault) => network || !networkFaults.has(fault));
  const step = fc.record({
    waitMs: fc.integer({ min: 4000, max: 20_000 }),
    fault: fc.oneof(...usable.map((fault) => ({ weight: weights[fault], arbitrary: fc.constant(fault) }))),
    which: fc.nat(5),
    ms: fc.integer({ min: 2000, max: 18_000 }),
  });
  const steps = fc.sample(step, { seed, numRuns: Math.ceil(minutes * 15) + 1 });
  let atMs = 0;
  return steps.filter(({ waitMs }) => (atMs += waitMs) < minutes * 60_000);
}

const networkFaults: ReadonlySet<Fault> = new Set(['cut', 'half-open', 'delay', 'throttle', 'reset']);

/** Faults at random, beside each other, with everything that handlers and records may do as well. */
export function mix(minutes: number, rate: number): Scenario {
  return {
    name: 'mix',
    description: `faults at random for ${minutes} minutes at ${rate} records/s, 1 % of them poison`,
    streams: [
      { name: 'records', delayMs: 20 },
      {
        name: 'batches',
        options: { read: 'batch', batch: { maxRecords: 100 } },
        delayMs: 20,
        partitions: 6,
      },
      { name: 'manual', options: { commit: 'manual', order: 'key' }, delayMs: 20, partitions: 6 },
    ],
    rate,
    keys: 1200,
    deedOf: (id) => (id % 100 === 0 ? { do: 'poison' } : id % 100 === 51 ? { do: 'flaky' } : undefined),
    play: async (run) => {
      await begin(run);
      const steps = planOf(run.seed, minutes, run.cluster.network !== undefined);
      const busy = new Map<string, Promise<void>>();
      for (const step of steps) {
        await run.pass(step.waitMs);
        const resource = resources[step.fault] ?? residentAt(step.which);
        await busy.get(resource);
        busy.set(resource, faults[step.fault](run, step));
      }
      await Promise.all(busy.values());
      await run.pass(5000);
    },
  };
}

function residentAt(which: number): string {
  return RESIDENTS[which % RESIDENTS.length] ?? 'a';
}
