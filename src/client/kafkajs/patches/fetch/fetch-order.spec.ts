import { beforeAll, describe, expect, test } from '@jest/globals';
import Broker from 'kafkajs-pinned/src/broker/index.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import OffsetManager from 'kafkajs-pinned/src/consumer/offsetManager/index.js';
import type { TopicRequest } from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
import { FetchOrder, unshuffled } from './fetch-order.js';
import { installPatches } from '../index.js';
import { PackedMessages } from '../../packed-messages.js';

beforeAll(installPatches);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

interface Asked {
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
  }[];
}

/** Whether a partition has no records. */
type IsQuiet = (topic: string, partition: number) => boolean;

/** Responds like the ReplicaManager of a broker: in the order of the request, until the response is full. */
async function answerOf({ maxBytes, topics }: Asked, isQuiet: IsQuiet): Promise<object> {
  let room = maxBytes;
  const responses = topics.map(({ topic, partitions }) => ({
    topicName: topic,
    partitions: partitions.map(({ partition, fetchOffset, maxBytes: most }) => {
      const isIn = room >= most && !isQuiet(topic, partition);
      if (isIn) room -= most;
      const last = String(Number(fetchOffset) + 499);
      const messages = isIn ? [new PackedMessages(last, [], '1000000')] : [];
      return { partition, errorCode: 0, highWatermark: '1000000', abortedTransactions: [], messages };
    }),
  }));
  return { responses };
}

function groupOf(assigned: Record<string, readonly number[]>, isQuiet: IsQuiet = () => false): ConsumerGroup {
  const topics = Object.keys(assigned);
  const committed: Record<string, Record<string, string>> = {};
  const cluster = {
    committedOffsets: () => committed,
    getNodeIds: () => [1],
    refreshMetadataIfNecessary: async () => undefined,
    findBroker: async () => ({ fetch: (asked: Asked) => answerOf(asked, isQuiet) }),
    findTopicPartitionMetadata: (topic: string) =>
      (assigned[topic] ?? []).map((partitionId) => ({ partitionId, leader: 1, offlineReplicas: [] })),
  };
  const hooks = {
    requiresCommittedOffset: () => false,
    stopped: false,
    positioned: () => undefined,
    maxWaitMs: () => 0,
    untilResumed: async () => undefined,
  };
  const quiet = () => undefined;
  const logger = { namespace: () => logger, info: quiet, debug: quiet, warn: quiet, error: quiet };
  const group = new ConsumerGroup({
    cluster,
    logger,
    groupId: 'g',
    topics,
    topicConfigurations: Object.fromEntries(topics.map((topic) => [topic, {}])),
    assigners: [{ hooks }],
    maxBytesPerPartition: 524_288,
    maxBytes: 10_485_760,
    minBytes: 1,
    maxWaitTimeInMs: 0,
    isolationLevel: 1,
    retry: {},
    metadataMaxAge: 1e9,
  });
  const memberAssignment = Object.fromEntries(topics.map((topic) => [topic, [...(assigned[topic] ?? [])]]));
  group.subscriptionState.assign(
    topics.map((topic) => ({ topic, partitions: [...(assigned[topic] ?? [])] })),
  );
  group.offsetManager = new OffsetManager({
    cluster,
    memberAssignment,
    topicConfigurations: {},
    groupId: 'g',
  });
  for (const topic of topics)
    committed[topic] = Object.fromEntries((assigned[topic] ?? []).map((each) => [each, '0']));
  group.generationId = 1;
  return group;
}

/** @returns how often each partition brought records in a number of fetches */
async function fetches(group: ConsumerGroup, count: number): Promise<ReadonlyMap<string, number>> {
  const got = new Map<string, number>();
  for (let fetch = 0; fetch < count; fetch++) {
    for (const { topic, partition, rawMessages } of await group.fetch('1')) {
      const [packed] = rawMessages;
      if (!packed) continue;
      const name = `${topic}/${partition}`;
      got.set(name, (got.get(name) ?? 0) + 1);
      group.resolveOffset({ topic, partition, offset: packed.offset });
    }
  }
  return got;
}

test('each of 40 partitions with a backlog is read as often as the others, although 20 fill a response', async () => {
  const got = await fetches(groupOf({ t: numbers(40) }), 50);
  expect([...got.values()]).toEqual(numbers(40).map(() => 25));
});

describe('a topic is read although another one has enough backlog to fill every response', () => {
  const assigned = { busy: numbers(31), other: numbers(2) };
  const others = (got: ReadonlyMap<string, number>) => [got.get('other/0') ?? 0, got.get('other/1') ?? 0];

  test('a topic is read although another one has enough backlog to fill every response if that one has a partition without records', async () => {
    const isQuiet = (topic: string, partition: number) => topic === 'busy' && partition === 30;
    expect(Math.min(...others(await fetches(groupOf(assigned, isQuiet), 100)))).toBeGreaterThan(20);
  });

  test('a topic is read although another one has enough backlog to fill every response if that one has a paused partition', async () => {
    const group = groupOf(assigned);
    group.subscriptionState.pause([{ topic: 'busy', partitions: [30] }]);
    expect(Math.min(...others(await fetches(group, 100)))).toBeGreaterThan(20);
  });

  test('while all partitions of that one are read too', async () => {
    const got = await fetches(groupOf(assigned), 100);
    expect(Math.min(...got.values())).toBeGreaterThan(20);
    expect(got.size).toBe(33);
  });
});

describe('the order of a fetch', () => {
  test('the order of a fetch begins with the topic, and its partitions, that have waited longest', () => {
    const order = new FetchOrder();
    const wanted = [
      { topic: 'a', partitions: [0, 1, 2] },
      { topic: 'b', partitions: [0, 1] },
      { topic: 'c', partitions: [] },
    ];
    expect(order.arrange(wanted)).toEqual(wanted);
    order.served([0, 1, 2].map((partition) => ({ topic: 'a', partition })));
    order.served([{ topic: 'a', partition: 0 }]);
    expect(order.arrange(wanted)).toEqual([
      { topic: 'b', partitions: [0, 1] },
      { topic: 'a', partitions: [1, 2, 0] },
      { topic: 'c', partitions: [] },
    ]);
  });

  test('the order of a fetch is restored after kafkajs has shuffled it', async () => {
    const topics = ['a', 'b'].map((topic) => ({
      topic,
      partitions: numbers(100).map((partition) => ({ partition, fetchOffset: '0', maxBytes: 1 })),
    }));
    let asked: readonly TopicRequest[] = [];
    const make = (request: { readonly topics: readonly TopicRequest[] }) => (asked = request.topics);
    // The name of the method that sends is a symbol.
    const broker: unknown = new Proxy(
      {},
      { get: (_, name) => (name === 'lookupRequest' ? () => make : () => ({})) },
    );
    await Broker.prototype.fetch.call(broker as Broker, { topics });
    expect(asked).not.toEqual(topics);
    expect(unshuffled(asked)).toEqual(topics);
  });
});
