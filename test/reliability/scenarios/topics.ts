import type { Run } from '../run.js';
import { begin } from './instances.js';
import type { Scenario } from './scenario.js';

const PARTITIONS = 12;

/** Lets the group rest while something is done to what it has committed. */
async function whileStopped(run: Run, work: () => Promise<void>): Promise<void> {
  const slots = [...run.fleet.running.keys()];
  await Promise.all(slots.map((slot) => run.fleet.stop(slot)));
  await work();
  await Promise.all(slots.map((slot) => run.fleet.start(slot)));
  await Promise.all(slots.map((slot) => run.fleet.joined(slot)));
}

/** Everything that was ever handled may come again. */
function sinceTheBeginning(
  run: Run,
  fault: string,
  target: string,
  work: () => Promise<void>,
): Promise<void> {
  return run.fault(fault, target, 'everything', work);
}

/** What happens to topics and to what the group has committed. */
export const topicScenarios: readonly Scenario[] = [
  {
    name: 'dead-letter-topic-away',
    description:
      'for 15 s no dead letter can be written, as too few replicas are in sync: nothing is committed past it',
    deedOf: (id) => (id % 100 === 0 ? { do: 'poison' } : undefined),
    peers: [],
    play: async (run) => {
      const topic = `${run.topicAt(0)}.dlt`;
      await run.cluster.createTopic(topic, PARTITIONS);
      await begin(run);
      await run.fault('dead-letter topic away', topic, 'nothing', async () => {
        await run.cluster.configure(topic, { 'min.insync.replicas': '4' });
        await run.pass(15_000);
        await run.cluster.configure(topic, { 'min.insync.replicas': '2' });
      });
      await run.handledMore(400);
    },
  },
  {
    name: 'topic-recreated',
    description: 'the topic is deleted under the running group and created again',
    offsetsMove: true,
    play: async (run) => {
      await begin(run);
      await run.fault('topic deleted and created', run.topicAt(0), 'everything', async () => {
        await run.load.stop();
        run.forget();
        await run.cluster.admin((admin) => admin.deleteTopics({ topics: [run.topicAt(0)] }));
        await run.pass(5000);
        await run.cluster.createTopic(run.topicAt(0), PARTITIONS);
        run.forget();
        await run.load.start();
      });
      await run.handledMore(1000);
    },
  },
  {
    name: 'partitions-added',
    description: 'from 12 to 18 partitions under load',
    play: async (run) => {
      await begin(run);
      const [target] = run.topics;
      if (!target) return;
      await run.fault('partitions added', '12 to 18', 'nothing', async () => {
        const { topic } = target;
        await run.cluster.admin((admin) =>
          admin.createPartitions({ topicPartitions: [{ topic, count: 18 }] }),
        );
        await run.cluster.untilLed(topic, 18);
        target.partitions = 18;
        await run.pass(8000);
      });
      await run.handledMore(1000);
    },
  },
  {
    name: 'offsets-deleted',
    description: "the group's committed offsets are deleted while it rests: it begins at the oldest record",
    offsetsMove: true,
    play: async (run) => {
      await begin(run);
      await sinceTheBeginning(run, 'offsets deleted', run.groupId, () =>
        whileStopped(run, async () => {
          await run.cluster.admin((admin) => admin.deleteGroups([run.groupId]));
        }),
      );
      await run.handledMore(400);
    },
  },
  {
    name: 'offsets-out-of-range',
    description: "the group's offsets are set a million beyond the end while it rests",
    offsetsMove: true,
    play: async (run) => {
      await begin(run);
      await sinceTheBeginning(run, 'offsets out of range', run.groupId, () =>
        whileStopped(run, async () => {
          const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
            partition,
            offset: '1000000',
          }));
          const topic = run.topicAt(0);
          await run.cluster.admin((admin) => admin.setOffsets({ groupId: run.groupId, topic, partitions }));
        }),
      );
      await run.handledMore(400);
    },
  },
  {
    name: 'retention',
    description:
      'retention removes records before the resting group has read them: it goes on at the oldest that is left',
    play: async (run) => {
      await begin(run);
      await run.fault('retention passes the watermark', run.topicAt(0), 'nothing', () =>
        whileStopped(run, async () => {
          await run.pass(3000);
          await run.load.stop();
          await run.expire(0);
          await run.load.start();
        }),
      );
      await run.handledMore(400);
    },
  },
];
