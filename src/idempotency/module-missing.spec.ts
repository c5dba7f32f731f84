import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { KafkaHandler, KafkaModule } from '../transport/index.js';
import { Idempotent } from './idempotent.decorator.js';

@Controller()
class Payments {
  @KafkaHandler('payments')
  @Idempotent()
  onPayment(): void {}
}

test('an application with @Idempotent handlers and without IdempotencyModule is refused by name', async () => {
  const imports = [KafkaModule.forRoot({ brokers: ['127.0.0.1:1'], clientId: 'c', groupId: 'g' })];
  const testing = Test.createTestingModule({ imports, controllers: [Payments] });
  await expect(testing.compile()).rejects.toMatchObject({
    code: 'IDEMPOTENCY_MODULE_MISSING',
    message: expect.stringContaining('Payments.onPayment'),
  });
});
