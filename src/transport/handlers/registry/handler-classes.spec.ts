import 'reflect-metadata';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Controller, Injectable, Logger, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { connectKafka } from '../../connect-kafka.js';
import { KafkaModule } from '../../kafka.module.js';
import { KafkaHandler } from '../kafka-handler.decorator.js';

@Controller()
class Orders {
  @KafkaHandler('orders')
  onOrder(): void {}
}

@Injectable()
class Payments {
  @KafkaHandler('payments')
  onPayment(): void {}
}

abstract class Base {
  @KafkaHandler('base')
  onRecord(): void {}
}

@Controller()
class Derived extends Base {}

/** Starts an application with these controllers and providers. */
async function start(metadata: ModuleMetadata): Promise<void> {
  const testing = await Test.createTestingModule({
    imports: [KafkaModule.forRoot({ brokers: ['127.0.0.1:1'], clientId: 'c', groupId: 'g' })],
    ...metadata,
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  connectKafka(app);
  try {
    await app.startAllMicroservices();
  } finally {
    await app.close();
  }
}

describe('classes with handlers', () => {
  afterEach(() => void jest.restoreAllMocks());

  test('an application without a handler does not start, and the error names the classes that were left out', async () => {
    await expect(start({})).rejects.toMatchObject({
      code: 'NO_HANDLER',
      message: expect.stringMatching(/Orders, Payments, Base have some, but no module/),
    });
  });

  test('a class with handlers among the providers is rejected, and the error names it', async () => {
    await expect(start({ controllers: [Orders], providers: [Payments] })).rejects.toMatchObject({
      code: 'HANDLER_NOT_IN_CONTROLLERS',
      message: expect.stringContaining('Payments'),
    });
  });

  test('a warning names a class with handlers that no module has, unless a controller extends it', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await start({ controllers: [Orders, Derived] });
    const lines = warn.mock.calls
      .map(([line]) => String(line))
      .filter((line) => line.includes('@KafkaHandler'));
    expect(lines).toEqual([expect.stringMatching(/^Payments has @KafkaHandler methods/)]);
  });
});
