import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Deed } from '../load/load.js';
import type { Scene, StreamSpec } from '../scene.js';
import { disturb } from './network.js';
import type { Scenario } from './scenario.js';

const PARTITIONS = 12;
const TOKEN = 'reliability-operator';
const RELEASED_WITHIN_MS = 60_000;
const Parked = z.object({
  keys: z.array(z.object({ topic: z.string(), key: z.string().nullable(), releasing: z.boolean() })),
});

const park: StreamSpec = { name: 'records', options: { onFailure: 'park' } };
/** Each of these records parks its key until the scenario releases it. */
const heldAt =
  (every: number) =>
  (id: number): Deed | undefined =>
    id % every === 0 ? { do: 'held' } : undefined;

const shared = {
  streams: [park],
  env: { OPS_TOKEN: TOKEN },
  peers: [],
  keepsAside: true,
} as const;

const markOf = ({ folder }: Scene): string => path.join(folder, 'held');

/** From now on handlers fail for the records that should be parked. */
export function hold(scene: Scene): void {
  writeFileSync(markOf(scene), '');
}

/** From now on handlers succeed; every parked key is released, like by an operator. */
export async function letGo(scene: Scene): Promise<void> {
  rmSync(markOf(scene));
  scene.say('every parked key is released');
  const until = scene.nowMs + RELEASED_WITHIN_MS;
  for (let left = await parkedKeys(scene); left.length > 0; left = await parkedKeys(scene)) {
    if (scene.nowMs > until) throw new Error(`${left.length} keys are still parked`);
    for (const { topic, key, releasing } of left)
      if (!releasing) await ask(scene, 'parked/release', { topic, key });
    await scene.pass(1000);
  }
}

async function parkedKeys(scene: Scene): Promise<z.infer<typeof Parked>['keys']> {
  return Parked.parse(await ask(scene, 'parked')).keys;
}

/** Calls the first running instance. */
async function ask(scene: Scene, endpoint: string, body?: object): Promise<unknown> {
  const [slot = 'a'] = scene.fleet.running.keys();
  const response = await fetch(`${scene.fleet.urlOf(slot)}/ops/${endpoint}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${endpoint}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Ends the load, and resolves once everything is handled or parked, and committed. */
export async function untilAtRest(scene: Scene): Promise<void> {
  await scene.load.stop();
  const until = scene.nowMs + 60_000;
  while (!(await scene.cluster.isCaughtUp(scene.groupId, scene.topicAt(0)))) {
    if (scene.nowMs > until) throw new Error('the group has not committed everything within 60 s');
    await scene.pass(500);
  }
}

/**
 * The log of a topic is truncated: the broker with the complete log dies, and one that lacks its end takes over. All records
 * are handled or parked before that.
 */
async function uncleanElection(scene: Scene): Promise<void> {
  const { cluster } = scene;
  const [leader, follower] = [cluster.broker(1), cluster.broker(2)];
  await scene.fault('unclean election', scene.topicAt(0), 'everything', async () => {
    await follower.kill();
    await scene.pass(12_000);
    await untilAtRest(scene);
    // The topics of the brokers themselves must keep a leader, and have no unclean election.
    await cluster.untilInSync(3);
    await leader.kill();
    await follower.restart();
    await cluster.untilLed(scene.topicAt(0), PARTITIONS);
    await leader.restart();
    await scene.load.start();
  });
}

const onTwoBrokers: Partial<StreamSpec> = {
  replicas: [1, 2],
  config: { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' },
};

/** What happens to parked keys, and to the logs that they came from. */
export const parkingScenarios: readonly Scenario[] = [
  {
    ...shared,
    name: 'answers-cut-while-parking',
    description: 'three times the answers to an instance that parks keys are lost, for 4 s each',
    needsNetwork: true,
    deedOf: heldAt(100),
    play: async (scene) => {
      hold(scene);
      await scene.begin();
      for (const slot of ['a', 'b', 'c']) {
        await disturb(scene, 'answers lost', slot, 4000, (network, name) => network.mute(name));
        await scene.handledMore(200);
      }
      await letGo(scene);
    },
  },
  {
    ...shared,
    name: 'recreated-while-parked',
    description:
      'the topic is deleted and created again while keys of it are parked, which are then released',
    offsetsMove: true,
    unordered: true,
    deedOf: heldAt(200),
    play: async (scene) => {
      hold(scene);
      await scene.begin();
      await scene.fault('topic deleted and created', scene.topicAt(0), 'everything', async () => {
        await untilAtRest(scene);
        await scene.cluster.admin((admin) => admin.deleteTopics({ topics: [scene.topicAt(0)] }));
        await scene.pass(5000);
        await scene.cluster.createTopic(scene.topicAt(0), PARTITIONS);
        await scene.load.start();
      });
      await scene.handledMore(1000);
      await letGo(scene);
    },
  },
  {
    ...shared,
    name: 'truncated-while-parked',
    description: 'an unclean election cuts the log below keys that are parked, which are then released',
    streams: [{ ...park, ...onTwoBrokers }],
    offsetsMove: true,
    unordered: true,
    deedOf: heldAt(200),
    play: async (scene) => {
      hold(scene);
      await scene.begin();
      await uncleanElection(scene);
      await scene.handledMore(1000);
      await letGo(scene);
    },
  },
  {
    name: 'unclean-election',
    description: 'a broker that has missed the end of the log takes over: records that were handled are gone',
    streams: [{ name: 'records', ...onTwoBrokers }],
    peers: [],
    offsetsMove: true,
    keepsAside: true,
    unordered: true,
    play: async (scene) => {
      await scene.begin();
      await uncleanElection(scene);
      await scene.handledMore(1000);
    },
  },
];
