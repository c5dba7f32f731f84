import type { Scene } from '../scene.js';
import type { Scenario } from './scenario.js';

const PARTITIONS = 12;
const OUT_OF_RANGE = 1_000_000;

/** Stops the group while its committed offsets are changed. */
async function whileStopped(scene: Scene, work: () => Promise<void>): Promise<void> {
  const slots = [...scene.fleet.running.keys()];
  await Promise.all(slots.map((slot) => scene.fleet.stop(slot)));
  await work();
  await Promise.all(slots.map((slot) => scene.fleet.start(slot)));
  await Promise.all(slots.map((slot) => scene.fleet.joined(slot)));
}

/** All handled records may be repeated. */
function sinceTheBeginning(
  scene: Scene,
  fault: string,
  target: string,
  work: () => Promise<void>,
): Promise<void> {
  return scene.fault(fault, target, 'everything', work);
}

/** What happens to topics and to what the group has committed. */
export const topicScenarios: readonly Scenario[] = [
  {
    name: 'dead-letter-topic-away',
    description:
      'for 15 s no dead letter can be written, as too few replicas are in sync: nothing is committed past it',
    deedOf: (id) => (id % 100 === 0 ? { do: 'poison' } : undefined),
    peers: [],
    play: async (scene) => {
      const topic = `${scene.topicAt(0)}.dlt`;
      await scene.cluster.createTopic(topic, PARTITIONS);
      await scene.begin();
      await scene.fault('dead-letter topic away', topic, 'nothing', async () => {
        await scene.cluster.configure(topic, { 'min.insync.replicas': '4' });
        await scene.pass(15_000);
        await scene.cluster.configure(topic, { 'min.insync.replicas': '2' });
      });
      await scene.handledMore(400);
    },
  },
  {
    name: 'topic-recreated',
    description: 'the topic is deleted under the running group and created again',
    offsetsMove: true,
    takenBackWithinMs: 2000,
    play: async (scene) => {
      await scene.begin();
      await scene.fault('topic deleted and created', scene.topicAt(0), 'everything', async () => {
        await scene.load.stop();
        scene.forget();
        await scene.cluster.admin((admin) => admin.deleteTopics({ topics: [scene.topicAt(0)] }));
        await scene.pass(5000);
        await scene.cluster.createTopic(scene.topicAt(0), PARTITIONS);
        scene.forget();
        await scene.load.start();
      });
      await scene.handledMore(1000);
    },
  },
  {
    name: 'partitions-added',
    description: 'from 12 to 18 partitions under load',
    play: async (scene) => {
      await scene.begin();
      const [target] = scene.topics;
      if (!target) return;
      await scene.fault('partitions added', '12 to 18', 'nothing', async () => {
        const { topic } = target;
        await scene.cluster.admin((admin) =>
          admin.createPartitions({ topicPartitions: [{ topic, count: 18 }] }),
        );
        await scene.cluster.untilLed(topic, 18);
        target.partitions = 18;
        await scene.pass(8000);
      });
      await scene.handledMore(1000);
    },
  },
  {
    name: 'offsets-deleted',
    description: "the group's committed offsets are deleted while it rests: it begins at the oldest record",
    offsetsMove: true,
    play: async (scene) => {
      await scene.begin();
      await sinceTheBeginning(scene, 'offsets deleted', scene.groupId, () =>
        whileStopped(scene, async () => {
          await scene.cluster.admin((admin) => admin.deleteGroups([scene.groupId]));
        }),
      );
      await scene.handledMore(400);
    },
  },
  {
    name: 'offsets-out-of-range',
    description: "the group's offsets are set a million beyond the end while it rests",
    offsetsMove: true,
    setsOffsetsTo: OUT_OF_RANGE,
    play: async (scene) => {
      await scene.begin();
      await sinceTheBeginning(scene, 'offsets out of range', scene.groupId, () =>
        whileStopped(scene, async () => {
          const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
            partition,
            offset: String(OUT_OF_RANGE),
          }));
          const topic = scene.topicAt(0);
          await scene.cluster.admin((admin) =>
            admin.setOffsets({ groupId: scene.groupId, topic, partitions }),
          );
        }),
      );
      await scene.handledMore(400);
    },
  },
  {
    name: 'retention',
    description:
      'retention removes records before the resting group has read them: it goes on at the oldest that is left',
    play: async (scene) => {
      await scene.begin();
      await scene.fault('retention passes the committable offset', scene.topicAt(0), 'nothing', () =>
        whileStopped(scene, async () => {
          await scene.pass(3000);
          await scene.load.stop();
          await scene.expire(0);
          await scene.load.start();
        }),
      );
      await scene.handledMore(400);
    },
  },
];
