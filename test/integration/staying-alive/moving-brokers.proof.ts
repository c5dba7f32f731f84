import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { Admin } from 'kafkajs-pinned';
import { createTopics, kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { type GroupConsumer, KafkaHandler } from '../../../src/transport/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';
import { OwnKafka } from './own-kafka.js';

const START_MS = 90_000;
const OFFSETS = '__consumer_offsets';
const OTHER = new Map([
  [1, 2],
  [2, 3],
  [3, 1],
]);

let kafka: OwnKafka;
let service: RunningService | undefined;
beforeAll(async () => {
  kafka = await OwnKafka.start({ brokers: 3 });
}, START_MS);
afterEach(() => service?.stop());
afterAll(() => kafka.stop());

function ask<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  return withAdmin(kafkaClient(kafka.bootstrap), work);
}

async function leadersOf(topic: string): Promise<Map<number, number>> {
  const { topics } = await ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
  return new Map(topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader]));
}

/** Moves each partition of the topic to the broker after its leader. */
async function moveOn(topic: string): Promise<void> {
  const before = await leadersOf(topic);
  const wanted = [...before].map(([partition, leader]) => ({ partition, leader: OTHER.get(leader) ?? 1 }));
  const partitionAssignment = wanted.map(({ partition, leader }) => ({ partition, replicas: [leader] }));
  await ask((admin) => admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] }));
  const isMoved = async (): Promise<boolean> => {
    const now = await leadersOf(topic);
    return wanted.every(({ partition, leader }) => now.get(partition) === leader);
  };
  await waitFor(isMoved, { what: `${topic} to move`, timeoutMs: 60_000 });
}

async function topicOn(...leaders: readonly number[]): Promise<string> {
  const topic = uniqueName('moving');
  const replicaAssignment = leaders.map((leader, partition) => ({ partition, replicas: [leader] }));
  const configEntries = [{ name: 'min.insync.replicas', value: '1' }];
  await ask((admin) => createTopics(admin, [{ topic, replicaAssignment, configEntries }]));
  return topic;
}

/** A service that reads the topics, once it has joined. */
async function reading(
  topic: string | readonly string[],
): Promise<{ handled: unknown[]; group: GroupConsumer }> {
  const handled: unknown[] = [];

  @Controller()
  class ReadingController {
    @KafkaHandler(topic)
    read(@Payload() payload: unknown): void {
      handled.push(payload);
    }
  }

  const groupId = uniqueName('moving-group');
  service = await startService(
    { controllers: [ReadingController] },
    { KAFKA_BROKERS: kafka.bootstrap, KAFKA_GROUP_ID: groupId },
  );
  await service.joined();
  const group = service.runtime.group(groupId);
  if (!group) throw new Error('there is no group');
  return { handled, group };
}

describe('a member of a group', () => {
  it(
    'a member reads partitions with a leader while another has none, and that one as soon as it has one',
    async () => {
      const [away, there] = [await topicOn(3), await topicOn(1)];
      const { handled, group } = await reading([away, there]);
      await kafka.produce(away, ['before']);
      const isCommitted = async (): Promise<boolean> =>
        (await kafka.committed(group.status.groupId, away)) === 1n;
      await waitFor(isCommitted, { what: 'a commit', timeoutMs: 30_000 });
      const [, , third] = kafka.cluster.brokers;
      await third?.kill();
      const isGone = async (): Promise<boolean> => (await leadersOf(away)).get(0) === -1;
      await waitFor(isGone, { what: 'the brokers to notice', timeoutMs: 60_000 });

      await kafka.produce(there, ['meanwhile']);
      await waitFor(() => handled.length === 2, { what: 'the other topic', timeoutMs: 60_000 });
      await third?.restart();
      await kafka.produce(away, ['back']);
      await waitFor(() => handled.length === 3, { what: 'the partition that is back', timeoutMs: 30_000 });
      expect(handled).toEqual(['before', 'meanwhile', 'back']);
      expect(group.status).toMatchObject({ joins: 1, restarts: 0 });
    },
    2 * START_MS,
  );

  // The last test, since it leaves the group's offsets with one replica each.
  it(
    'a member stays in its group and commits while the coordinator moves to another broker',
    async () => {
      const topic = await topicOn(1);
      const { handled, group } = await reading(topic);
      const { memberId, generation, joins } = group.status;

      await moveOn(OFFSETS);
      await kafka.produce(topic, ['after the move']);
      const isCommitted = async (): Promise<boolean> =>
        (await kafka.committed(group.status.groupId, topic)) === 1n;
      await waitFor(isCommitted, { what: 'a commit by the new coordinator', timeoutMs: 30_000 });

      expect(handled).toEqual(['after the move']);
      expect(group.status).toMatchObject({ memberId, generation, joins });
    },
    START_MS,
  );
});
