import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, KafkaContext, Payload } from '@nestjs/microservices';
import { produce } from '../support/kafka.js';
import { Journal } from './journal.js';
import { Topics } from './topics.js';
import { type ContractService, transports } from './transports.js';

const TIMESTAMP = '1700000000000';

describe.each(transports)('KafkaContext on $name', ({ start }) => {
  const topics = new Topics('context');
  const topic = topics.named('records');
  const bare = topics.named('bare');
  const pausing = topics.named('pausing');
  const sending = topics.named('sending');
  const sent = topics.named('sent');
  const contexts = new Journal<KafkaContext>();
  const bareContexts = new Journal<KafkaContext>();
  const sentPayloads = new Journal<unknown>();
  const paused = new Journal<unknown>();
  let service: ContractService;
  let context: KafkaContext;

  @Controller()
  class ContextController {
    @EventPattern<string>(topic)
    async onRecord(@Ctx() own: KafkaContext): Promise<void> {
      await own.getHeartbeat()();
      contexts.note(own);
    }

    @EventPattern<string>(bare)
    onBareRecord(@Ctx() own: KafkaContext): void {
      bareContexts.note(own);
    }

    @EventPattern<string>(sending)
    async onSending(@Payload() payload: unknown, @Ctx() own: KafkaContext): Promise<void> {
      await own.getProducer().send({ topic: sent, messages: [{ value: `forwarded ${String(payload)}` }] });
    }

    @EventPattern(sent)
    onSent(@Payload() payload: unknown): void {
      sentPayloads.note(payload);
    }

    @EventPattern<string>(pausing)
    onPausing(@Payload() payload: unknown, @Ctx() own: KafkaContext): void {
      const consumer = own.getConsumer();
      if (payload === 'pause') consumer.pause([{ topic: pausing }]);
      paused.note(payload === 'pause' ? consumer.paused() : payload);
    }
  }

  beforeAll(async () => {
    service = await start({ controllers: [ContextController] }, { topics: topics.all });
    const headers = { text: 'plain', json: '{"a":1}', bytes: Buffer.from([0, 1]), empty: '' };
    await produce(topic, [{ key: 'a key', value: '{"id":7}', headers, timestamp: TIMESTAMP }]);
    [context] = (await contexts.reaches(1)) as [KafkaContext];
  });
  afterAll(() => service.stop());

  test('getMessage returns the decoded record with its topic and partition', () => {
    expect(context.getMessage()).toMatchObject({
      key: 'a key',
      value: { id: 7 },
      headers: { text: 'plain', json: { a: 1 }, bytes: Buffer.from([0, 1]), empty: '' },
      offset: '0',
      timestamp: TIMESTAMP,
      attributes: 0,
      topic,
      partition: 0,
    });
  });

  test('getMessage of a record without key and headers has a null and an empty object', async () => {
    await produce(bare, ['text']);
    const [own] = await bareContexts.reaches(1);
    expect(own?.getMessage()).toMatchObject({ key: null, headers: {}, value: 'text' });
  });

  test('getTopic and getPartition return the topic and partition of the record', () => {
    expect([context.getTopic(), context.getPartition()]).toEqual([topic, 0]);
  });

  test('getArgs returns the same values as the getters, and getArgByIndex each of them', async () => {
    const args = context.getArgs();
    expect(args.slice(0, 3)).toEqual([context.getMessage(), 0, topic]);
    expect(context.getArgByIndex(0)).toBe(context.getMessage());
    expect(context.getArgByIndex(2)).toBe(topic);
    await expect(args[3].describeGroup()).resolves.toMatchObject({ groupId: service.groupId });
    await expect(args[4]()).resolves.toBeUndefined();
    expect(args[3]).toBe(context.getConsumer());
    expect(args[5]).toBe(context.getProducer());
  });

  test('getConsumer returns the consumer of the group that read the record', async () => {
    const group = await context.getConsumer().describeGroup();
    expect(group).toMatchObject({ groupId: service.groupId, state: 'Stable', members: [expect.anything()] });
  });

  test('getProducer returns a producer that sends records', async () => {
    await produce(sending, ['a']);
    expect(await sentPayloads.reaches(1)).toEqual(['forwarded a']);
    await service.settled(sending);
  });

  test('a topic that a handler pauses waits until it is resumed', async () => {
    await produce(pausing, ['pause']);
    expect(await paused.reaches(1)).toEqual([[{ topic: pausing, partitions: [0] }]]);
    await service.settled(pausing);
    await produce(pausing, ['while paused']);
    await produce(bare, ['a later record of another topic']);
    await bareContexts.reaches(2);
    expect(paused.entries).toHaveLength(1);
    context.getConsumer().resume([{ topic: pausing }]);
    expect(await paused.reaches(2)).toContain('while paused');
  });
});
