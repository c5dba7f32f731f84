import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { defineTopic, KafkaPublisherModule, Publisher, type Topic } from '../../../src/publishing/index.js';
import { KafkaHandler } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { type RunningService, startService } from '../../support/service.js';
import { GuardedKafka } from '../security/guarded-kafka.js';
import { Scrape } from '../telemetry/scrape.js';

jest.setTimeout(120_000);

const KEYS = 5;

interface Doubled {
  readonly key: string;
  readonly number: number;
}

let service: RunningService | undefined;
afterEach(() => service?.stop());

/** A service that publishes the double of each number that it reads. */
async function startDoubling(
  from: string,
  to: Topic<Doubled>,
  env: Readonly<Record<string, string>>,
): Promise<RunningService> {
  @Controller()
  class DoublingController {
    constructor(private readonly publisher: Publisher) {}

    @KafkaHandler(from, { value: 'json' })
    async double(@Payload() { key, number }: Doubled): Promise<void> {
      await this.publisher.publish(to, { key, number: 2 * number });
    }
  }

  service = await startService({ controllers: [DoublingController], imports: [KafkaPublisherModule] }, env);
  return service;
}

const doubledTopic = (name: string): Topic<Doubled> =>
  defineTopic<Doubled>(name, { key: ({ key }) => key, compression: 'lz4' });

describe('a handler that publishes', () => {
  test('every result is published before its record is committed, in the order of its key, also over a stop', async () => {
    const from = await createTopic(uniqueName('numbers'), { partitions: 3 });
    const to = await createTopic(uniqueName('doubled'), { partitions: 2 });
    const groupId = uniqueName('doubling');
    const numbers = Array.from({ length: 1_000 }, (_, number) => ({ key: `k${number % KEYS}`, number }));
    await produce(
      from,
      numbers.map((each) => ({ key: each.key, value: JSON.stringify(each) })),
    );
    const first = await startDoubling(from, doubledTopic(to), { KAFKA_GROUP_ID: groupId });
    await waitFor(async () => (await readTopic(to)).length > 0, { what: 'the first result', everyMs: 5 });
    expect(await first.stop()).toBe(true);
    const { url } = await startDoubling(from, doubledTopic(to), { KAFKA_GROUP_ID: groupId });
    await waitFor(() => isCaughtUp(groupId, from), { what: 'all results' });

    const stored = (await readTopic(to)).map(({ value }) => JSON.parse(String(value)) as Doubled);
    for (let key = 0; key < KEYS; key++) {
      const ofKey = (each: Doubled): boolean => each.key === `k${key}`;
      const expected = numbers.filter(ofKey).map(({ number }) => 2 * number);
      expect(stored.filter(ofKey).map(({ number }) => number)).toEqual(expected);
    }
    const scrape = await Scrape.of(url);
    const [published] = scrape.all('kafka_publisher_records_total', { topic: to });
    expect(published?.value).toBeGreaterThan(0);
    const [inTime] = scrape.all('kafka_publisher_seconds_count', { topic: to });
    expect(inTime?.value).toBe(published?.value);
  });
});

describe('a publisher without grants', () => {
  let kafka: GuardedKafka;
  beforeAll(async () => {
    kafka = await GuardedKafka.start();
  }, 150_000);
  afterAll(() => kafka.stop());

  test('a publisher names the missing grant, and publishes once it has it', async () => {
    const from = await kafka.createTopic('numbers');
    const to = await kafka.createTopic('results');
    await kafka.grant('TOPIC', from, 'READ', 'DESCRIBE');
    const groupId = uniqueName('granted');
    await kafka.grant('GROUP', groupId, 'READ');
    const { app } = await startDoubling(from, doubledTopic(to), { ...kafka.login, KAFKA_GROUP_ID: groupId });
    const publisher = app.get(Publisher, { strict: false });
    const publish = () => publisher.publish(doubledTopic(to), { key: 'k', number: 1 });

    await expect(publish()).rejects.toMatchObject({
      code: 'TOPIC_NOT_AUTHORIZED',
      message: expect.stringContaining(`--operation Write --topic '${to}'`),
    });
    await kafka.grant('TOPIC', to, 'WRITE');
    await waitFor(() => publish().then(() => true), { what: 'the grant to take effect' });
    expect(await readTopic(to, kafka.bootstrap)).toHaveLength(1);
  });
});
