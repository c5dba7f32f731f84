import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics, kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { Gate } from '../confirming/gate.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';

/** The environment can make it longer. */
const AWAY_MS = Number(process.env['TEST_STORE_AWAY_MS'] ?? 8_000);
jest.setTimeout(AWAY_MS + 150_000);

let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.start({
    brokers: 3,
    // An unavailable broker is detected sooner.
    properties: { 'broker.session.timeout.ms': 3000, 'broker.heartbeat.interval.ms': 500 },
  });
}, 150_000);
afterEach(stopServices);
afterAll(() => kafka.stop());

/** Two replicas, both required: while the third broker is down there is only one. */
async function createStore(): Promise<string> {
  const topic = uniqueName('letters');
  await withAdmin(kafkaClient(kafka.bootstrap), (admin) =>
    createTopics(admin, [
      {
        topic,
        replicaAssignment: [{ partition: 0, replicas: [2, 3] }],
        configEntries: [{ name: 'min.insync.replicas', value: '2' }],
      },
    ]),
  );
  return topic;
}

test('an unavailable dead-letter topic pauses only its partition, which continues by itself', async () => {
  const topic = await kafka.createTopic('source', 2);
  const deadLetterTopic = await createStore();
  const COUNT = 3_000;
  const filler = Array.from({ length: COUNT }, (_, n) => ({ key: `k${n % 50}`, value: `${n}` }));
  const handled = new Map<string, number>();
  let calls = 0;
  const gate = new Gate();
  const { url, runtime, groupId, joined } = await startHandlers(
    [
      {
        topic,
        options: { deadLetterTopic, retry: { attempts: 2, initialMs: 10 } },
        handle: async (payload) => {
          const value = String(payload);
          if (value !== 'bad') return void handled.set(value, (handled.get(value) ?? 0) + 1);
          calls++;
          await gate.opened;
          throw new Error('no');
        },
      },
    ],
    {
      env: {
        KAFKA_BROKERS: kafka.bootstrap,
        KAFKA_MAX_IN_FLIGHT: '100',
        KAFKA_FETCH_MAX_BYTES_PER_PARTITION: '10000',
      },
    },
  );
  await joined();
  await kafka.produce(topic, [{ key: 'bad', value: 'bad', partition: 0 }]);
  // In several batches, since a batch is always fetched as a whole.
  for (let at = 0; at < COUNT; at += 100) {
    const some = filler.slice(at, at + 100);
    await kafka.produce(topic, [
      ...some.map((record) => ({ ...record, partition: 0 })),
      ...some.map(({ key, value }) => ({ key, value: `other ${value}`, partition: 1 })),
    ]);
  }
  const other = async (): Promise<boolean> => (await kafka.committed(groupId, topic, 1)) === BigInt(COUNT);
  await waitFor(other, { what: 'the other partition', timeoutMs: 60_000 });
  const away = kafka.cluster.brokers[2];
  await away?.kill();
  gate.open();
  const named = async (): Promise<boolean> => (await probe(url, 'ready')).reason.includes('cannot be stored');
  await waitFor(named, { what: 'readiness', timeoutMs: 60_000 });

  const before = process.cpuUsage();
  const startedAt = Date.now();
  await sleep(AWAY_MS);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000 / (Date.now() - startedAt)).toBeLessThan(0.5);
  const { offset } = await waitFor(async () => ({ offset: await kafka.committed(groupId, topic, 0) }), {
    what: 'an answer of a broker that is there',
  });
  expect(offset).toBe(0n);
  expect((await probe(url, 'live')).up).toBe(true);
  expect((await probe(url, 'ready')).reason).toContain(`${topic}[0] at offset 0`);
  // Settled records may be ahead of the record by at most this much.
  expect(handled.size).toBeLessThan(COUNT + 1_000);
  expect(runtime.limiter.total.records).toBeLessThanOrEqual(200);

  await away?.launch();
  const all = async (): Promise<boolean> => (await kafka.committed(groupId, topic, 0)) === BigInt(COUNT + 1);
  await waitFor(all, { what: 'the rest', timeoutMs: 90_000 });
  const letters = await readTopic(deadLetterTopic, kafka.bootstrap);
  expect(letters.map(({ value }) => String(value))).toContain('bad');
  expect(new Set(letters.map(({ value }) => String(value))).size).toBe(1);
  expect(handled.size).toBe(2 * COUNT);
  expect([...handled.values()].filter((times) => times > 1)).toEqual([]);
  expect(calls).toBe(2);
  await waitFor(async () => Object.keys(await downProbes(url)).length === 0, {
    what: 'readiness to be back',
  });
});
