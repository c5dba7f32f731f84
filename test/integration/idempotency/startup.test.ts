import { describe, expect, jest, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { Idempotent, IdempotencyModule, MemoryStore } from '../../../src/idempotency/index.js';
import { KafkaHandler } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startService } from '../../support/service.js';
import { byHeader, controllerOf, type Handle, message } from './scenario.js';

jest.setTimeout(120_000);

describe('@Idempotent', () => {
  const env = { KAFKA_GROUP_ID: 'never-joined' };

  @Controller()
  class RequestController {
    @MessagePattern('requests')
    @Idempotent()
    onRequest(): string {
      return 'answer';
    }
  }

  @Controller()
  class TwinController {
    @KafkaHandler('twins')
    @Idempotent({ name: 'twin' })
    one(): void {}

    @KafkaHandler('twins')
    @Idempotent({ name: 'twin' })
    other(): void {}
  }

  @Controller()
  class PlainController {
    @KafkaHandler('plain')
    @Idempotent()
    on(): void {}
  }

  @Controller()
  class OrdinaryController {
    @KafkaHandler('ordinary')
    on(): void {}
  }

  test('@Idempotent in a module that does not import IdempotencyModule aborts startup by name', async () => {
    const start = startService({ controllers: [PlainController] }, env);
    await expect(start).rejects.toMatchObject({
      code: 'IDEMPOTENCY_MODULE_MISSING',
      message: expect.stringContaining('PlainController.on'),
    });
  });

  test('@Idempotent on a request handler aborts startup', async () => {
    const start = startService({ controllers: [RequestController], imports: [IdempotencyModule] }, env);
    await expect(start).rejects.toMatchObject({ code: 'IDEMPOTENT_HANDLER' });
  });

  test('@Idempotent on two handlers with one name aborts startup', async () => {
    const start = startService({ controllers: [TwinController], imports: [IdempotencyModule] }, env);
    await expect(start).rejects.toThrow('has the same name');
  });

  test('@Idempotent requires DATABASE_URL in production', async () => {
    const production = { ...env, NODE_ENV: 'production' };
    const start = startService({ controllers: [PlainController], imports: [IdempotencyModule] }, production);
    await expect(start).rejects.toThrow(/DATABASE_URL\n\s+got:\s+not set/);
  });

  test('without @Idempotent handlers no database is required or connected', async () => {
    const production = { ...env, NODE_ENV: 'production' };
    const metadata = { controllers: [OrdinaryController], imports: [IdempotencyModule] };
    const service = await startService(metadata, production);
    await expect(service.stop()).resolves.toBe(true);
  });

  test('@Idempotent requires no database with another kind of store', async () => {
    const topic = await createTopic(uniqueName('memory'));
    const groupId = uniqueName('group');
    const handled: unknown[] = [];
    const handle: Handle = async ({ payload }) => void handled.push(payload);
    const service = await startService(
      {
        controllers: [controllerOf(topic, { options: { order: 'partition' }, idempotent: byHeader, handle })],
        imports: [IdempotencyModule.withStore(new MemoryStore())],
      },
      { KAFKA_GROUP_ID: groupId, NODE_ENV: 'production' },
    );
    await service.joined();
    await produce(topic, [message('m-1', 'a'), message('m-1', 'again'), message('m-2', 'b')]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'every record' });
    await service.stop();
    expect(handled).toEqual(['a', 'b']);
  });
});
