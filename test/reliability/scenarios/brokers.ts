import type { Broker } from '../../../tools/kafka/index.js';
import type { Scene } from '../scene.js';
import { SESSION_MS } from '../settings.js';
import type { Scenario } from './scenario.js';

const nameOf = (brokers: readonly Broker[]): string =>
  `broker ${brokers.map(({ nodeId }) => nodeId).join(', ')}`;

/** Kills brokers, and starts them again after a time. */
export function outage(scene: Scene, brokers: readonly Broker[], ms: number): Promise<void> {
  return scene.fault('brokers away', nameOf(brokers), 'around', async () => {
    await Promise.all(brokers.map((broker) => broker.kill()));
    await scene.pass(ms);
    await Promise.all(brokers.map((broker) => broker.restart()));
  });
}

/** A broker that answers slowly because it is suspended for most of each second. */
export async function slowBroker(scene: Scene, broker: Broker, ms: number): Promise<void> {
  await scene.fault('slow broker', nameOf([broker]), 'around', async () => {
    for (const until = scene.nowMs + ms; scene.nowMs < until;) {
      broker.suspend();
      await scene.pass(800);
      broker.resume();
      await scene.pass(200);
    }
  });
}

/** What happens to brokers. */
export const brokerScenarios: readonly Scenario[] = [
  {
    name: 'broker-killed',
    description: 'kill -9 of a broker for 10 s, each of the three; its leaderships move and return',
    play: async (scene) => {
      await scene.begin();
      for (const broker of scene.cluster.brokers) {
        await outage(scene, [broker], 10_000);
        await scene.handledMore(400);
      }
    },
  },
  {
    name: 'broker-rolled',
    description: 'each broker shut down in order and started again, as an upgrade does',
    play: async (scene) => {
      await scene.begin();
      for (const broker of scene.cluster.brokers) {
        await scene.fault('broker rolled', nameOf([broker]), 'around', () => broker.restart());
        await scene.handledMore(400);
      }
    },
  },
  {
    name: 'no-quorum',
    description: 'two of three brokers gone for 15 s: nothing can be written, then both are back',
    play: async (scene) => {
      await scene.begin();
      await outage(scene, scene.cluster.brokers.slice(1), 15_000);
      await scene.handledMore(1000);
    },
  },
  {
    name: 'all-brokers-away',
    description: 'all brokers gone for three sessions',
    play: async (scene) => {
      await scene.begin();
      await outage(scene, scene.cluster.brokers, 3 * SESSION_MS);
      await scene.handledMore(1000, 90_000);
    },
  },
  {
    name: 'coordinator-moved',
    description: 'kill -9 of the broker that coordinates the group, twice: another one takes over',
    play: async (scene) => {
      await scene.begin();
      for (let i = 0; i < 2; i++) {
        await outage(scene, [await scene.cluster.coordinatorOf(scene.groupId)], 10_000);
        await scene.handledMore(400);
      }
    },
  },
  {
    name: 'start-without-brokers',
    description: 'the instances start while no broker answers, which come 20 s later',
    play: async (scene) => {
      await scene.load.start();
      await scene.pass(3000);
      await scene.fault('brokers away', 'all', 'around', async () => {
        await Promise.all(scene.cluster.brokers.map((broker) => broker.kill()));
        const started = scene.startInstances();
        await scene.pass(20_000);
        await Promise.all(scene.cluster.brokers.map((broker) => broker.restart()));
        await started;
      });
      await scene.handledMore(1000);
    },
  },
  {
    name: 'slow-broker',
    description:
      'a broker that is suspended for 800 of each 1,000 ms, for 20 s, and flushes each record to its disk',
    streams: [{ name: 'records', config: { 'flush.messages': '1' } }],
    play: async (scene) => {
      await scene.begin();
      await slowBroker(scene, await scene.cluster.coordinatorOf(scene.groupId), 20_000);
      await scene.handledMore(400);
    },
  },
];
