import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type CanActivate, Controller, Injectable, Logger, UseGuards } from '@nestjs/common';
import { Ctx, KafkaContext, MessagePattern, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import { OffsetsModule, OffsetsService } from '../offsets/index.js';
import {
  HandlerTimeoutError,
  KafkaHandler,
  KafkaRecordContext,
  PayloadError,
  SchemaViolationError,
} from '../transport/index.js';
import { HandlerHangsError, KafkaTesting, KafkaTestingModule, TopicWithoutHandlerError } from './index.js';

const Order = z.object({ id: z.number() });

@Injectable()
class Denies implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller()
class Handlers {
  readonly seen: unknown[] = [];
  failures = 0;

  constructor(private readonly offsets: OffsetsService) {}

  @KafkaHandler('orders', { value: 'json', schema: Order })
  onOrder(@Payload() order: unknown, @Ctx() context: KafkaContext): void {
    const { key, headers } = context.getMessage();
    this.seen.push({ key, order, headers });
    if (this.failures-- > 0) throw new RangeError('not yet');
  }

  @UseGuards(Denies)
  @KafkaHandler('guarded', { retry: { attempts: 1 } })
  onGuarded(): void {
    this.seen.push('guarded');
  }

  @KafkaHandler('manual', { commit: 'manual' })
  async onManual(@Payload() how: string, @Ctx() context: KafkaContext): Promise<void> {
    if (how !== 'never') await this.offsets.commit(context);
    this.seen.push(how);
  }

  @KafkaHandler('hangs')
  onHanging(): Promise<void> {
    return new Promise(() => undefined);
  }

  @KafkaHandler('slow', { timeoutMs: 5_000, retry: { attempts: 1 } })
  onSlow(@Ctx() { signal }: KafkaRecordContext): Promise<void> {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }

  @KafkaHandler('produces')
  async onProducing(@Payload() text: string, @Ctx() context: KafkaContext): Promise<void> {
    await context.getProducer().send({ topic: 'invoices', messages: [{ key: 'k', value: text }] });
  }

  @KafkaHandler(/^audit\./)
  onAudit(@Payload() text: string): void {
    this.seen.push(text);
  }

  @MessagePattern('questions')
  answer(@Payload() question: string): string {
    return `${question}!`;
  }
}

describe('a record that a test delivers', () => {
  let kafka: KafkaTesting;

  async function started(hangAfterMs = 2_000): Promise<Handlers> {
    kafka = await KafkaTestingModule.create(
      { imports: [OffsetsModule], controllers: [Handlers] },
      { hangAfterMs },
    );
    Logger.overrideLogger(false);
    return kafka.get(Handlers);
  }

  afterEach(() => kafka.close());

  test('a delivered record reaches its handler decoded, and is committed', async () => {
    const { seen } = await started();
    const record = { key: 'a', value: { id: 1 }, headers: { 'x-trace': 't' } };
    await expect(kafka.deliver('orders', record)).resolves.toEqual({
      status: 'handled',
      attempts: 1,
      error: undefined,
      topic: 'orders',
      partition: 0,
      offset: 0,
      groupId: 'test',
      committed: 1,
    });
    expect(seen).toEqual([{ key: 'a', order: { id: 1 }, headers: { 'x-trace': 't' } }]);
    expect(kafka.committed('orders')).toBe(1);
  });

  test('a delivered record is retried in virtual time', async () => {
    const handlers = await started();
    handlers.failures = 3;
    const startedAt = Date.now();
    const delivery = await kafka.deliver('orders', { value: { id: 1 } });
    expect(delivery).toMatchObject({ status: 'handled', attempts: 4, error: undefined, committed: 1 });
    expect(Date.now() - startedAt).toBeLessThan(500);
  });

  test('a record that always fails becomes a dead letter, with its error', async () => {
    const handlers = await started();
    handlers.failures = Infinity;
    const delivery = await kafka.deliver('orders', { key: 'a', value: { id: 1 }, headers: { h: 'v' } });
    expect(delivery).toMatchObject({ status: 'dead-letter', attempts: 5, committed: 1 });
    expect(delivery.error).toBeInstanceOf(RangeError);
    expect(kafka.deadLetters('orders')).toMatchObject([
      {
        topic: 'orders.dlt',
        key: 'a',
        value: { id: 1 },
        headers: { h: 'v' },
        reason: 'RangeError',
        message: 'not yet',
        attempts: 5,
        groupId: 'test',
      },
    ]);
  });

  test.each([
    { what: 'bytes that are not JSON', value: 'no json', error: PayloadError },
    { what: 'JSON that violates the schema', value: { id: 'one' }, error: SchemaViolationError },
  ])('a record with $what does not reach the handler', async ({ value, error }) => {
    const { seen } = await started();
    const delivery = await kafka.deliver('orders', { value });
    expect(delivery).toMatchObject({ status: 'dead-letter', attempts: 1 });
    expect(delivery.error).toBeInstanceOf(error);
    expect(seen).toEqual([]);
  });

  test('a record that a guard rejects becomes a dead letter', async () => {
    const { seen } = await started();
    const delivery = await kafka.deliver('guarded', { value: 'x' });
    expect(delivery).toMatchObject({ status: 'dead-letter', error: { message: 'Forbidden resource' } });
    expect(seen).toEqual([]);
  });

  test('a record with manual commits is committed only if its handler commits it', async () => {
    await started();
    await expect(kafka.deliver('manual', { value: 'once' })).resolves.toMatchObject({
      status: 'handled',
      committed: 1,
    });
    await expect(kafka.deliver('manual', { value: 'never' })).resolves.toMatchObject({
      status: 'uncommitted',
      committed: 1,
    });
    await kafka.advance('1h');
    expect(kafka.committed('manual')).toBe(1);
  });

  test('a delivery to a topic without a handler is rejected, and the error names the topics with handlers', async () => {
    await started();
    await expect(kafka.deliver('order', { value: 'x' })).rejects.toThrow(TopicWithoutHandlerError);
    await expect(kafka.deliver('order', { value: 'x' })).rejects.toThrow(
      /the topic order; topics with handlers: orders \(Handlers\.onOrder\), .*\/\^audit\\\.\/ \(Handlers\.onAudit\)/,
    );
    expect(() => kafka.committed('orders', 0, { groupId: 'other' })).toThrow('in the group other');
  });

  test('a delivery fails if the handler does not return, and the error names the handler', async () => {
    await started(50);
    const delivering = kafka.deliver('hangs', { value: 'x' });
    await expect(delivering).rejects.toThrow(HandlerHangsError);
    await expect(delivering).rejects.toThrow('hangs[0] at offset 0: Handlers.onHanging has not returned');
  });

  test('a handler with a timeout is aborted when it hangs', async () => {
    await started(20);
    const delivery = await kafka.deliver('slow', { value: 'x' });
    expect(delivery.error).toBeInstanceOf(HandlerTimeoutError);
  });

  test('a test can advance the time while a handler is running', async () => {
    await started();
    const delivering = kafka.deliver('slow', { value: 'x' });
    await kafka.advance('5.1s');
    expect((await delivering).error).toBeInstanceOf(HandlerTimeoutError);
  });

  test('records that handlers produce, and replies to requests, can be read', async () => {
    await started();
    await kafka.deliver('produces', { value: 'an invoice' });
    expect(kafka.records('invoices')).toMatchObject([{ key: 'k', value: 'an invoice', offset: 0 }]);
    expect(kafka.records('nothing')).toEqual([]);
    const headers = { kafka_correlationId: 'c', kafka_replyTopic: 'answers' };
    await kafka.deliver('questions', { value: 'why', headers });
    expect(kafka.records('answers')).toMatchObject([
      { value: 'why!', headers: { kafka_correlationId: 'c' } },
    ]);
  });

  test('a topic that a pattern matches is created by its first record', async () => {
    const { seen } = await started();
    const delivery = await kafka.deliver('audit.eu', { value: 'x' });
    expect(delivery).toMatchObject({ status: 'handled', committed: 1 });
    expect(seen).toEqual(['x']);
  });

  test('records are delivered to the partitions of their keys', async () => {
    kafka = await KafkaTestingModule.create(
      { imports: [OffsetsModule], controllers: [Handlers] },
      { partitions: 3, groupId: 'shop' },
    );
    const [a, again, chosen] = await kafka.deliverBatch('orders', [
      { key: 'a', value: { id: 1 } },
      { key: 'a', value: { id: 2 } },
      { key: 'a', value: { id: 3 }, partition: 2 },
    ]);
    expect(again).toMatchObject({ partition: a?.partition, offset: 1, groupId: 'shop', committed: 2 });
    expect(chosen).toMatchObject({ partition: 2, status: 'handled' });
  });

  test('fake timers of the test runner do not stop a delivery', async () => {
    const handlers = await started();
    handlers.failures = 1;
    jest.useFakeTimers();
    try {
      await expect(kafka.deliver('orders', { value: { id: 1 } })).resolves.toMatchObject({ attempts: 2 });
    } finally {
      jest.useRealTimers();
    }
  });
});
