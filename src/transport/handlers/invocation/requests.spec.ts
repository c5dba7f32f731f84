import { describe, expect, test } from '@jest/globals';
import { KafkaRetriableException } from '@nestjs/microservices';
import { of } from 'rxjs';
import { z } from 'zod';
import { Scene } from '../../../pipeline/testing/scene.js';
import type { KafkaHandlerOptions } from '../options/handler-options.js';
import type { KafkaRecordContext } from '../../context/kafka-record.context.js';
import { type RecordProducer, RecordTooLargeError } from '../../../client/index.js';
import { Replies } from '../../replies.js';
import { handlerOf, plainServices } from '../../testing/handler-of.js';

type Handle = (payload: unknown, context: KafkaRecordContext) => unknown;

interface RequestOptions extends KafkaHandlerOptions {
  readonly correlationId?: Buffer;
  readonly partition?: Buffer;
  /** The maximum length of a reply's value that its topic accepts. */
  readonly longest?: number;
}

/** Sends a request to a handler; returns the replies, and whether the request was retried or stored. */
async function request(
  handle: Handle,
  { correlationId, partition, longest, ...options }: RequestOptions = {},
) {
  const sent: { error?: string; correlationId: string; partition?: number; value: string }[] = [];
  const send: RecordProducer['send'] = async ({ headers = {}, value, topic, ...to }) => {
    if (value !== null && value.length > (longest ?? Infinity)) throw new RecordTooLargeError(topic);
    const bytesOf = (name: string): Buffer | undefined => {
      const found = headers[name];
      return found instanceof Uint8Array ? Buffer.from(found) : undefined;
    };
    const error = bytesOf('kafka_nest-err')?.toString();
    sent.push({
      ...(error !== undefined && { error }),
      correlationId: bytesOf('kafka_correlationId')?.toString('hex') ?? 'none',
      ...('partition' in to && { partition: to.partition }),
      value: String(value),
    });
  };
  const native = (): never => {
    throw new Error('not asked for');
  };
  const replies = new Replies({
    producer: { send, native, disconnect: async () => undefined },
    isFailureTopic: () => false,
    hidden: () => undefined,
    refused: () => undefined,
  });
  const services = {
    ...plainServices,
    respond: (_: unknown, context: KafkaRecordContext, call: () => unknown) => replies.respond(context, call),
  };
  const method = async (payload: unknown, context?: KafkaRecordContext): Promise<unknown> => {
    if (!context) throw new Error('called without its context');
    return handle(payload, context);
  };
  const handler = handlerOf([method as never], options, { isEvent: false, services });
  const timeoutMs = options.timeoutMs ?? Infinity;
  const scene = new Scene('a', { timeoutMs, attempts: 1, invoke: (record) => handler.invoke(record) });
  const [record] = scene.partition.log;
  const headers = {
    kafka_correlationId: correlationId ?? Buffer.from('id-1'),
    kafka_replyTopic: Buffer.from('replies'),
    ...(partition && { kafka_replyPartition: partition }),
  };
  Object.assign(record ?? {}, { headers });
  await scene.fetch();
  for (let passed = 0; passed < 3_000; passed += 100) {
    await scene.clock.advance(100);
    scene.group.checkTimeouts();
  }
  return { sent, reported: scene.reported, failed: sent.map(({ error }) => error) };
}

const internal = '{"status":"error","message":"Internal server error"}';

/** Fails with the signal's reason, as `fetch` and `pg` do. */
const untilAborted: Handle = (_, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a request', () => {
  test('a request whose handler times out is answered with an error and not retried', async () => {
    const { failed, reported } = await request(untilAborted, { timeoutMs: 1_000 });
    expect(failed).toEqual([internal]);
    expect(reported).toEqual([]);
  });

  test('a request that is answered late is not retried', async () => {
    const late: Handle = (_, { signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('late')));
    const { sent, reported } = await request(late, { timeoutMs: 1_000 });
    expect(sent.map(({ value }) => value)).toEqual(['late']);
    expect(reported).toEqual([]);
  });

  test('a request is not answered before it is retried or stored elsewhere', async () => {
    const { sent, reported } = await request(() => {
      throw new KafkaRetriableException('not yet');
    });
    expect(sent).toEqual([]);
    expect(reported).toEqual(['dead-letter 0']);
  });

  test('a request that is invalid or undecodable is answered with the problem', async () => {
    const schema = z.object({ id: z.string() });
    const { failed } = await request(() => 'ok', { schema });
    expect(failed).toEqual([expect.stringContaining('the payload breaks the schema')]);
    const undecodable = await request(() => 'ok', { value: 'json' });
    expect(undecodable.failed).toEqual([expect.stringContaining('expected JSON')]);
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['zero', 0],
    ['a function', () => 1],
    ['what JSON cannot write', { big: 1n }],
  ])('a request whose handler throws %s is answered with an error', async (_, thrown) => {
    const { failed } = await request(() => Promise.reject(thrown));
    expect(failed).toEqual([internal]);
  });

  test.each<[string, unknown, number | undefined]>([
    ['that JSON cannot write', { big: 1n }, undefined],
    ['that is too large for its topic', 'x'.repeat(100), 10],
  ])(
    'a request with a response %s is answered with an error and not retried',
    async (_, response, longest) => {
      const { failed, reported } = await request(() => response, {
        ...(longest !== undefined && { longest }),
      });
      expect(failed).toEqual([internal]);
      expect(reported).toEqual([]);
    },
  );

  test('a request is answered with all values of a generator', async () => {
    const { sent } = await request(async function* () {
      yield 'a';
      yield 'b';
    });
    expect(sent.map(({ value }) => value)).toEqual(['a', 'b']);
  });

  test('a request is answered with the values of a list of promises, or with their failure', async () => {
    const { sent } = await request(() => [Promise.resolve(1), 2]);
    expect(sent.map(({ value }) => value)).toEqual(['[1,2]']);
    const { failed } = await request(() => [Promise.reject(new Error('no')), of(1)]);
    expect(failed).toEqual([internal]);
  });
});

describe('a reply', () => {
  test.each([
    ['bytes', Buffer.from('9f1c4d2e8b7a4f6e9c3d2b1a0f9e8d7c', 'hex')],
    ['text that reads as JSON', Buffer.from('["a","b"]')],
  ])(
    'a reply has exactly the correlation id of its request, even if that is %s',
    async (_, correlationId) => {
      const { sent } = await request(() => 'ok', { correlationId });
      expect(sent.map((each) => each.correlationId)).toEqual([correlationId.toString('hex')]);
    },
  );

  test.each([
    ['in digits, as Nest writes it', Buffer.from('12'), 12],
    ['in four bytes, as Spring writes it', Buffer.from([0, 0, 1, 2]), 258],
    ['that is invalid', Buffer.from('the first'), undefined],
  ])('a reply goes to the partition that its request names: %s', async (_, bytes, partition) => {
    const { sent } = await request(() => 'ok', { partition: bytes });
    expect(sent.map((each) => each.partition)).toEqual([partition]);
  });
});
