import type { Scene } from '../scene.js';
import { outage } from './brokers.js';
import type { Scenario } from './scenario.js';

/** Headers of a record that was forwarded from another cluster with such a service. */
export const FORWARDED = {
  'dlt-replay-for': 'another-group',
  'dlt-replayed-topic': 'elsewhere.dlt',
  'dlt-replayed-partition': '0',
  'dlt-replayed-offset': '0',
  'dlt-due-at': '9000000000000',
  'dlt-original-topic': 'elsewhere',
  'dlt-original-partition': '0',
  'dlt-original-offset': '0',
};

/** Replaces an instance. @throws if it is still a member after it has stopped, since its successor would wait for it */
async function roll(scene: Scene, slot: string): Promise<void> {
  await scene.fleet.stop(slot);
  const members = await scene.cluster.membersOf(scene.groupId);
  if (members.includes(`reliability-${slot}`))
    throw new Error(`instance ${slot} has stopped, and not left its group`);
  await scene.fleet.start(slot);
  await scene.fleet.joined(slot);
}

/** The environment of the service: addresses, quotas, settings and records of others. */
export const surroundingScenarios: readonly Scenario[] = [
  {
    name: 'first-address-dead',
    description:
      'the list of brokers begins and ends with a dead address; then a broker dies, and the first dead letters come',
    deadAddresses: true,
    peers: [],
    deedOf: (id) => (id > 2000 && id % 100 === 0 ? { do: 'poison' } : undefined),
    play: async (scene) => {
      await scene.begin();
      await outage(scene, [scene.cluster.broker(1)], 15_000);
      await scene.handledMore(1000);
    },
  },
  {
    name: 'retention-below-delay',
    description:
      'the brokers delete after 5 s what says nothing else, and records wait 20 s to be tried again',
    streams: [
      {
        name: 'records',
        options: { onFailure: 'retry-topic', delays: ['20s'], retry: { attempts: 1 } },
        config: { 'retention.ms': '3600000' },
      },
    ],
    peers: [],
    keepsAside: true,
    unordered: true,
    deedOf: (id) => (id % 100 === 0 ? { do: 'fail-once' } : undefined),
    play: async (scene) => {
      await scene.cluster.configureAll({ 'log.retention.ms': '5000' });
      try {
        await scene.begin();
        await scene.fault('retention of 5 s', 'all topics that do not say otherwise', 'nothing', () =>
          scene.pass(15_000),
        );
        await scene.load.stop();
        // Until the last record was due.
        await scene.pass(25_000);
      } finally {
        await scene.cluster.configureAll({});
      }
    },
  },
  {
    name: 'headers-forwarded',
    description: 'a third of the records bring headers along by which such a service tells its own records',
    peers: [],
    deedOf: (id) => (id % 3 === 0 ? { headers: FORWARDED } : undefined),
    play: async (scene) => {
      await scene.begin();
      await scene.fault('forwarded headers', 'each third record', 'nothing', () => scene.pass(8000));
    },
  },
  {
    name: 'quota-with-rollout',
    description:
      'the brokers hold back what instances fetch, which are replaced one after the other meanwhile',
    peers: [],
    deedOf: () => ({ pad: 'x'.repeat(2000) }),
    play: async (scene) => {
      await scene.begin();
      const slots = ['a', 'b', 'c'];
      await scene.fault('quota of 20 KB/s', 'each instance', 'around', async () => {
        for (const slot of slots) await scene.cluster.limitFetching(`reliability-${slot}`, 20_000);
        await scene.pass(5000);
        try {
          for (const slot of slots) await roll(scene, slot);
        } finally {
          for (const slot of slots) await scene.cluster.limitFetching(`reliability-${slot}`);
        }
      });
      await scene.handledMore(1000);
    },
  },
];
