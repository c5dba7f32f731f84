import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Admin } from 'kafkajs-pinned';
import { createTopics, kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { loadConfig } from '../../../src/config/index.js';
import { toOffset } from '../../../src/pipeline/records/offset.js';
import type { PartitionReader } from '../../../src/client/partition-readers.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { OwnKafka } from './own-kafka.js';

const RECORDS = 300;
const START_MS = 60_000;

let kafka: OwnKafka;
let reader: PartitionReader;
beforeAll(async () => {
  Logger.overrideLogger(false);
  kafka = await OwnKafka.start({ brokers: 2 });
  const env = { KAFKA_BROKERS: kafka.bootstrap, KAFKA_FETCH_MAX_BYTES: '2000' };
  reader = new KafkaJsPort(loadConfig(env).kafka).reader();
}, START_MS);
afterAll(async () => {
  await reader.close();
  await kafka.stop();
});

function ask<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  return withAdmin(kafkaClient(kafka.bootstrap), work);
}

async function leaderOf(topic: string): Promise<number | undefined> {
  const { topics } = await ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
  return topics[0]?.partitions[0]?.leader;
}

async function movesTo(topic: string, broker: number): Promise<void> {
  const partitionAssignment = [{ partition: 0, replicas: [broker] }];
  await ask((admin) => admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] }));
  await waitFor(async () => (await leaderOf(topic)) === broker, {
    what: `${topic} to move`,
    timeoutMs: 30_000,
  });
}

async function topicOn(broker: number): Promise<string> {
  const topic = uniqueName('moving');
  const replicaAssignment = [{ partition: 0, replicas: [broker] }];
  await ask((admin) => createTopics(admin, [{ topic, replicaAssignment }]));
  // Each record is its own batch, so that a fetch does not return all of them.
  const values = Array.from({ length: RECORDS }, (_, i) => `${i}`.padEnd(100));
  for (let at = 0; at < RECORDS; at += 10) await kafka.produce(topic, values.slice(at, at + 10));
  return topic;
}

/** Reads the whole topic and, after a third of it, changes its leader. */
async function readWhile(topic: string, happens: () => Promise<void>): Promise<number[]> {
  const read: number[] = [];
  for await (const { value } of reader.read(topic, 0, toOffset(0), toOffset(RECORDS))) {
    read.push(Number(value));
    if (read.length === RECORDS / 3) await happens();
  }
  return read;
}

const everything = Array.from({ length: RECORDS }, (_, i) => i);

describe('reading a partition whose leader', () => {
  it(
    'reading continues without a gap or a repetition when the leader moves to another broker',
    async () => {
      const topic = await topicOn(1);
      expect(await readWhile(topic, () => movesTo(topic, 2))).toEqual(everything);
    },
    START_MS,
  );

  it(
    'reading waits for a leader that is restarted',
    async () => {
      const second = kafka.cluster.brokers[1];
      if (!second) throw new Error('two brokers were asked for');
      const topic = await topicOn(2);
      let restarted: Promise<void> | undefined;
      const read = await readWhile(topic, async () => {
        await second.kill();
        restarted = second.launch();
      });
      await restarted;
      expect(read).toEqual(everything);
    },
    START_MS,
  );
});
