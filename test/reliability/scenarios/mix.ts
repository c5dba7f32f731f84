import fc from 'fast-check';
import type { Scene } from '../scene.js';
import { SLOTS } from '../scene.js';
import { outage, slowBroker } from './brokers.js';
import { disturb, type Harm } from './network.js';
import type { Deed } from '../load/load.js';
import type { Scenario } from './scenario.js';
import { FORWARDED } from './surroundings.js';

/** The permanent instances; the fourth one is started and stopped. */
const RESIDENTS = SLOTS.slice(0, 3);
const VISITOR = SLOTS[3];

/** One fault of the plan. */
export interface Step {
  /** Time after the previous step. */
  readonly waitMs: number;
  readonly fault: Fault;
  /** The instance or broker. */
  readonly which: number;
  readonly ms: number;
}

const faults = {
  kill: async (scene: Scene, { which }: Step) => {
    const slot = residentAt(which);
    await scene.fault('kill -9', slot, { ends: slot }, () => scene.fleet.kill(slot));
    await scene.fleet.joined(slot);
  },
  sigterm: async (scene: Scene, { which }: Step) => {
    const slot = residentAt(which);
    await scene.fault('SIGTERM', slot, 'nothing', () => scene.fleet.roll(slot));
    await scene.fleet.joined(slot);
  },
  suspend: async (scene: Scene, { which, ms }: Step) => {
    const slot = residentAt(which);
    await scene.fault('SIGSTOP', slot, { hits: slot }, async () => {
      scene.fleet.suspend(slot);
      await scene.pass(ms);
      scene.fleet.resume(slot);
    });
  },
  visit: async (scene: Scene, { ms }: Step) => {
    await scene.fault('one more instance', VISITOR, 'nothing', async () => {
      await scene.fleet.start(VISITOR);
      await scene.pass(ms);
      await scene.fleet.stop(VISITOR);
    });
  },
  block: (scene: Scene, { ms }: Step) => scene.deed('event loop blocked', { do: 'block', ms }),
  die: (scene: Scene) => scene.deed('kill -9 in a handler', { do: 'die' }),
  burst: async (scene: Scene, { ms }: Step) => {
    await scene.fault('burst', `${ms} records at once`, 'nothing', async () => {
      scene.load.burst(ms);
      await scene.pass(3000);
    });
  },
  large: async (scene: Scene, { which }: Step) => {
    await scene.fault('large records', '900 KB each', 'nothing', async () => {
      for (let i = 0; i <= which; i++) scene.load.plan({ pad: 'x'.repeat(900_000) });
      await scene.pass(2000);
    });
  },
  broker: (scene: Scene, { which, ms }: Step) => outage(scene, [scene.cluster.broker((which % 3) + 1)], ms),
  coordinator: async (scene: Scene, { ms }: Step) =>
    outage(scene, [await scene.cluster.coordinatorOf(scene.groupId)], ms),
  quorum: (scene: Scene, { which, ms }: Step) =>
    outage(
      scene,
      scene.cluster.brokers.filter(({ nodeId }) => nodeId !== (which % 3) + 1),
      ms,
    ),
  'all-brokers': (scene: Scene, { ms }: Step) => outage(scene, scene.cluster.brokers, ms),
  'slow-broker': (scene: Scene, { which, ms }: Step) =>
    slowBroker(scene, scene.cluster.broker((which % 3) + 1), ms),
  cut: disturbed('network cut', (network, slot) => network.cut(slot)),
  'half-open': disturbed('half-open', (network, slot) => network.halfOpen(slot)),
  delay: disturbed('network delay 600 ms', (network, slot) =>
    network.delay(slot, { delayMs: 300, jitterMs: 200 }),
  ),
  throttle: disturbed('network throttle 20 KB/s', (network, slot) => network.throttle(slot, 20_000)),
  reset: disturbed('network resets', (network, slot) => network.reset(slot)),
  mute: disturbed('answers lost', (network, slot) => network.mute(slot)),
  quota: async (scene: Scene, { which, ms }: Step) => {
    const slot = residentAt(which);
    const { cluster } = scene;
    await scene.fault('quota of 20 KB/s', slot, { hits: slot }, async () => {
      await cluster.limitFetching(`reliability-${slot}`, 20_000);
      await scene.pass(ms);
      await cluster.limitFetching(`reliability-${slot}`);
    });
  },
} satisfies Record<string, (scene: Scene, step: Step) => Promise<void>>;

type Fault = keyof typeof faults;

/** A resource that only one fault may use at a time; default: the affected instance. */
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

/** The weight of a fault. */
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
  mute: 4,
  quota: 3,
};

/** A plan of faults for a duration, determined by the seed. */
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

const networkFaults: ReadonlySet<Fault> = new Set(['cut', 'half-open', 'delay', 'throttle', 'reset', 'mute']);

/** What every hundredth record tells its handler to do. */
const deeds: Readonly<Record<number, Deed>> = {
  0: { do: 'poison' },
  1: { do: 'flaky' },
  2: { headers: FORWARDED },
};

/**
 * Below a hundred, not correlated with topics, keys or partitions: by the id itself, all failing records of a topic
 * would be in one partition, which could not keep up because of the retries.
 */
export function lotOf(id: number): number {
  return (Math.imul(id, 2_654_435_761) >>> 16) % 100;
}

/** Random concurrent faults, together with all kinds of handler behaviour. */
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
    deadAddresses: true,
    deedOf: (id) => deeds[lotOf(id)],
    play: async (scene) => {
      await scene.begin();
      const steps = planOf(scene.seed, minutes, scene.cluster.network !== undefined);
      const busy = new Map<string, Promise<void>>();
      // Faults wait for each other, so there may be no time left for the last ones of the plan.
      const until = scene.nowMs + minutes * 60_000;
      for (const step of steps) {
        await scene.pass(step.waitMs);
        const resource = resources[step.fault] ?? residentAt(step.which);
        await busy.get(resource);
        if (scene.nowMs >= until) break;
        busy.set(resource, attempt(scene, step));
      }
      await Promise.all(busy.values());
      await scene.pass(5000);
    },
  };
}

/** A fault that cannot be combined with another one is skipped; its effects are checked at the end. */
async function attempt(scene: Scene, step: Step): Promise<void> {
  try {
    await faults[step.fault](scene, step);
  } catch (error) {
    scene.say(`${step.fault} was not done: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function disturbed(fault: string, harm: Harm): (scene: Scene, step: Step) => Promise<void> {
  return (scene, { which, ms }) => disturb(scene, fault, residentAt(which), ms, harm);
}

function residentAt(which: number): string {
  return RESIDENTS[which % RESIDENTS.length] ?? 'a';
}
