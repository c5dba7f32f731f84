import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { KafkaTesting, KafkaTestingModule } from '../testing/index.js';
import { asPartOf } from '../transport/context/unfinished-work.js';
import { KafkaClusters, KafkaHandler, KafkaModule } from '../transport/index.js';
import { defineTopic, KafkaPublisherModule, Publisher } from './index.js';

const OrderEvent = z.object({ orderId: z.string().min(1), total: z.number() });
const OrderEvents = defineTopic('order-events', { schema: OrderEvent, key: (event) => event.orderId });
const Notes = defineTopic<string>('notes', { value: 'text' });
const Pictures = defineTopic<Uint8Array>('pictures', { value: 'bytes', cluster: 'audit' });
const Loose = defineTopic<unknown>('loose');

@Controller()
class OrdersController {
  constructor(private readonly publisher: Publisher) {}

  @KafkaHandler('orders', { value: 'json' })
  async onOrder(@Payload() { id, total }: { id: string; total: number }): Promise<void> {
    await this.publisher.publish(OrderEvents, { orderId: id, total });
  }
}

let kafka: KafkaTesting;
afterEach(() => kafka.close());

async function start(): Promise<Publisher> {
  const options = { brokers: ['audit:9092'], clientId: 'test', groupId: 'test' };
  kafka = await KafkaTestingModule.create({
    imports: [
      KafkaPublisherModule,
      KafkaModule.forRoot(options),
      KafkaModule.forRoot({ ...options, name: 'audit' }),
    ],
    controllers: [OrdersController],
  });
  Logger.overrideLogger(false);
  return kafka.get(Publisher);
}

const countsOf = (topic: string) => {
  const { published } = kafka.get(KafkaClusters).all[0]?.runtime ?? {};
  return published?.of(topic);
};

describe('a publisher', () => {
  test('a handler publishes a value with its key, and a test sees it', async () => {
    await start();
    const order = await kafka.deliver('orders', { value: { id: 'o-1', total: 7 } });
    expect(order.status).toBe('handled');
    const [event] = kafka.published(OrderEvents);
    expect(event).toMatchObject({ key: 'o-1', value: { orderId: 'o-1', total: 7 } });
    expect(kafka.published('order-events')).toHaveLength(1);
    expect(countsOf('order-events')).toMatchObject({ records: 1, bytes: 30 });
  });

  test('a value that breaks the schema is not published, and the record of its handler fails without a retry', async () => {
    await start();
    const order = await kafka.deliver('orders', { value: { id: '', total: 7 } });
    expect(order).toMatchObject({ status: 'dead-letter', attempts: 1 });
    expect(String(order.error)).toMatch(/^PublishedValueError: order-events: .*orderId: /);
    expect(kafka.published(OrderEvents)).toEqual([]);
    expect(countsOf('order-events')?.failures.value).toBe(1);
  });

  test('the trace of a record continues in the records that its handler publishes', async () => {
    await start();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await kafka.deliver('orders', { value: { id: 'o-1', total: 7 }, headers: { traceparent } });
    expect(kafka.published(OrderEvents)[0]?.headers).toEqual({ traceparent });
  });

  test('texts, bytes, tombstones and headers are written unchanged, to the cluster of the topic', async () => {
    const publisher = await start();
    await publisher.publish(Notes, 'a note', { key: 'n-1', headers: { tenant: 'acme' } });
    await publisher.publish(Pictures, Buffer.from([0, 1]), { key: null });
    await publisher.publish(OrderEvents, null, { key: 'o-1' });
    expect(kafka.published(Notes)).toMatchObject([
      { key: 'n-1', value: 'a note', headers: { tenant: 'acme' } },
    ]);
    expect(kafka.published(Pictures)).toMatchObject([{ key: null, value: Buffer.from([0, 1]) }]);
    expect(kafka.published('pictures')).toEqual([]);
    expect(kafka.published(OrderEvents)).toMatchObject([{ key: 'o-1', value: null }]);
  });

  test('records are sent in the order of the calls, without waiting for each', async () => {
    const publisher = await start();
    const values = Array.from({ length: 50 }, (_, at) => at);
    await Promise.all(values.map((value) => publisher.publish(Loose, value, { key: 'k' })));
    expect(kafka.published(Loose).map(({ value }) => value)).toEqual(values);
  });

  test.each<[string, (publisher: Publisher) => Promise<void>, RegExp]>([
    [
      'a tombstone without a key',
      (publisher) => publisher.publish(OrderEvents, null),
      /needs the option key/,
    ],
    ['undefined', (publisher) => publisher.publish(Loose, undefined), /undefined is no JSON/],
    ['a bigint', (publisher) => publisher.publish(Loose, { id: 1n }), /BigInt/],
    [
      'an object as text',
      (publisher) => publisher.publish(defineTopic<unknown>('notes', { value: 'text' }), {}),
      /the topic has text, but got object/,
    ],
  ])('%s is not published, and the error names the topic', async (_what, publish, message) => {
    await expect(publish(await start())).rejects.toMatchObject({
      code: 'PUBLISHED_VALUE',
      message: expect.stringMatching(message),
    });
  });

  test('within a database transaction publish() is refused until it is committed, and sendNow() is not', async () => {
    const publisher = await start();
    const transaction = { isCommitted: false };
    const codes: unknown[] = [];
    await asPartOf(transaction, async () => {
      await publisher.publish(Notes, 'too early').catch((error) => codes.push(error.code));
      await publisher.sendNow(Notes, 'now');
      transaction.isCommitted = true;
      await publisher.publish(Notes, 'after');
    });
    expect(codes).toEqual(['PUBLISH_IN_TRANSACTION']);
    expect(kafka.published(Notes).map(({ value }) => value)).toEqual(['now', 'after']);
    expect(countsOf('notes')?.failures.transaction).toBe(1);
  });

  test('a topic of a cluster that does not exist is named', async () => {
    const publisher = await start();
    const topic = defineTopic('notes', { cluster: 'adit' });
    await expect(publisher.publish(topic, 1)).rejects.toMatchObject({
      code: 'TOPIC_DEFINITION',
      message: expect.stringContaining('adit'),
    });
  });
});

test('a topic cannot be declared with a name that Kafka does not accept', async () => {
  kafka = await KafkaTestingModule.create({
    controllers: [OrdersController],
    imports: [KafkaPublisherModule],
  });
  expect(() => defineTopic('order events')).toThrow('"order events" is no name of a topic');
});
