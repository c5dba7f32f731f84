import type { Broker } from '../../../tools/kafka/index.js';
import type { Run } from '../run.js';
import { settings } from '../settings.js';
import { begin } from './instances.js';
import type { Scenario } from './scenario.js';

const SESSION_MS = Number(settings.KAFKA_SESSION_TIMEOUT_MS);

const nameOf = (brokers: readonly Broker[]): string =>
  `broker ${brokers.map(({ nodeId }) => nodeId).join(', ')}`;

/** Kills brokers, and starts them again after a time. */
export function outage(run: Run, brokers: readonly Broker[], ms: number): Promise<void> {
  return run.fault('brokers away', nameOf(brokers), 'around', async () => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    await run.pass(ms);
    await Promise.all(brokers.map((broker) => broker.restart()));
  });
}

/** A broker that answers slowly: most of each second it does not run. */
export async function slowBroker(run: Run, broker: Broker, ms: number): Promise<void> {
  await run.fault('slow broker', nameOf([broker]), 'around', async () => {
    for (const until = run.nowMs + ms; run.nowMs < until;) {
      broker.suspend();
      await run.pass(800);
      broker.resume();
      await run.pass(200);
    }
  });
}

/** What happens to brokers. */
export const brokerScenarios: readonly Scenario[] = [
  {
    name: 'broker-killed',
    description: 'kill -9 of a broker for 10 s, each of the three; its leaderships move and return',
    play: async (run) => {
      await begin(run);
      for (const broker of run.cluster.brokers) {
        await outage(run, [broker], 10_000);
        await run.handledMore(400);
      }
    },
  },
  {
    name: 'broker-rolled',
    description: 'each broker shut down in order and started again, as an upgrade does',
    play: async (run) => {
      await begin(run);
      for (const broker of run.cluster.brokers) {
        await run.fault('broker rolled', nameOf([broker]), 'around', () => broker.restart());
        await run.handledMore(400);
      }
    },
  },
  {
    name: 'no-quorum',
    description: 'two of three brokers gone for 15 s: nothing can be written, then both are back',
    play: async (run) => {
      await begin(run);
      await outage(run, run.cluster.brokers.slice(1), 15_000);
      await run.handledMore(1000);
    },
  },
  {
    name: 'all-brokers-away',
    description: 'all brokers gone for three sessions',
    play: async (run) => {
      await begin(run);
      await outage(run, run.cluster.brokers, 3 * SESSION_MS);
      await run.handledMore(1000, 90_000);
    },
  },
  {
    name: 'coordinator-moved',
    description: 'kill -9 of the broker that coordinates the group, twice: another one takes over',
    play: async (run) => {
      await begin(run);
      for (let i = 0; i < 2; i++) {
        await outage(run, [await run.cluster.coordinatorOf(run.groupId)], 10_000);
        await run.handledMore(400);
      }
    },
  },
  {
    name: 'start-without-brokers',
    description: 'the instances start while no broker answers, which come 20 s later',
    play: async (run) => {
      await run.load.start();
      await run.pass(3000);
      await run.fault('brokers away', 'all', 'nothing', async () => {
        await Promise.all(run.cluster.brokers.map((broker) => broker.kill()));
        const started = run.startInstances();
        await run.pass(20_000);
        await Promise.all(run.cluster.brokers.map((broker) => broker.restart()));
        await started;
      });
      await run.handledMore(1000);
    },
  },
  {
    name: 'slow-broker',
    description:
      'a broker that is suspended for 800 of each 1,000 ms, for 20 s, and flushes each record to its disk',
    streams: [{ name: 'records', config: { 'flush.messages': '1' } }],
    play: async (run) => {
      await begin(run);
      await slowBroker(run, await run.cluster.coordinatorOf(run.groupId), 20_000);
      await run.handledMore(400);
    },
  },
];
