import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Kafka } from 'kafkajs-pinned';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { loadConfig } from '../../config/index.js';
import type { ConsumerListener } from '../kafka-port.js';
import { KafkaJsConsumer } from './consumer/consumer.js';
import { NoCommittedOffsetError } from './errors.js';
import { installPatches } from './patches/index.js';

beforeAll(installPatches);

const RETRY = 'orders.g.retry.1m';

interface Subscription {
  readonly topics: string[];
  readonly fromBeginning: boolean;
}

/** @returns a member of a group with a retry topic, and its subscriptions */
function memberWith(autoOffsetReset: string): { member: KafkaJsConsumer; subscribed: Subscription[] } {
  const subscribed: Subscription[] = [];
  const consumer: unknown = {
    events: {},
    on: () => undefined,
    subscribe: (how: Subscription) => Promise.resolve(void subscribed.push(how)),
    run: () => Promise.resolve(),
  };
  const kafka: unknown = { consumer: () => consumer };
  const listener: unknown = { isRetryTopic: (topic: string) => topic === RETRY };
  const { kafka: settings } = loadConfig({ KAFKA_AUTO_OFFSET_RESET: autoOffsetReset });
  return {
    member: new KafkaJsConsumer(kafka as Kafka, 'g', settings, listener as ConsumerListener),
    subscribed,
  };
}

/** @returns as much of kafkajs's group as a fetch needs, with these committed offsets */
function groupOf(member: KafkaJsConsumer, offsets: Readonly<Record<string, string>>): ConsumerGroup {
  const group: unknown = {
    groupId: 'g',
    generationId: 1,
    assigners: [{ hooks: member }],
    cluster: { getNodeIds: () => ['1'] },
    subscriptionState: {
      assigned: () => Object.keys(offsets).map((topic) => ({ topic, partitions: [0] })),
      active: () => [],
    },
    offsetManager: {
      resolveOffsets: () => Promise.resolve(),
      committedOffsets: () => ({}),
      getCoordinator: () =>
        Promise.resolve({
          offsetFetch: ({ topics }: { topics: { topic: string }[] }) =>
            Promise.resolve({
              responses: topics.map(({ topic }) => ({
                topic,
                partitions: [{ partition: 0, offset: offsets[topic] }],
              })),
            }),
        }),
    },
  };
  return group as ConsumerGroup;
}

describe('KAFKA_AUTO_OFFSET_RESET does not apply to retry topics', () => {
  test('with KAFKA_AUTO_OFFSET_RESET=none, a retry topic without a committed offset does not prevent the group from consuming', async () => {
    const { member } = memberWith('none');
    const group = groupOf(member, { orders: '17', [RETRY]: '-1' });
    await expect(ConsumerGroup.prototype.fetch.call(group, '1')).resolves.toEqual([]);
  });

  test('with KAFKA_AUTO_OFFSET_RESET=none, another topic without a committed offset prevents the group from consuming', async () => {
    const { member } = memberWith('none');
    const group = groupOf(member, { orders: '-1', [RETRY]: '-1' });
    const fetched = ConsumerGroup.prototype.fetch.call(group, '1');
    await expect(fetched).rejects.toThrow(NoCommittedOffsetError);
    await expect(fetched).rejects.toMatchObject({ partitions: [{ topic: 'orders', partition: 0 }] });
  });

  test('with KAFKA_AUTO_OFFSET_RESET=latest, a retry topic is read from its first record', async () => {
    const { member, subscribed } = memberWith('latest');
    await member.start(['orders', RETRY]);
    expect(subscribed).toEqual([
      { topics: [RETRY], fromBeginning: true },
      { topics: ['orders'], fromBeginning: false },
    ]);
  });

  test('with KAFKA_AUTO_OFFSET_RESET=earliest, all topics are read from their first record', async () => {
    const { member, subscribed } = memberWith('earliest');
    await member.start(['orders', RETRY]);
    expect(subscribed).toEqual([{ topics: ['orders', RETRY], fromBeginning: true }]);
  });
});
