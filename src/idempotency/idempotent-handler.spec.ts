import 'reflect-metadata';
import { expect, test } from '@jest/globals';
import { KafkaHandler } from '../transport/index.js';
import { Idempotent } from './idempotent.decorator.js';
import { idempotentHandler } from './idempotent-handler.js';

class First {
  @KafkaHandler('t', { groupId: 'team' })
  @Idempotent({ name: 'billing/audit' })
  handle(): void {}
}

class Second {
  @KafkaHandler('t', { groupId: 'team/billing' })
  @Idempotent({ name: 'audit' })
  handle(): void {}
}

class Third {
  @KafkaHandler('t', { groupId: 'team%2Fbilling' })
  @Idempotent({ name: 'audit' })
  handle(): void {}
}

class Audit {
  @KafkaHandler('t', { cluster: 'audit' })
  @Idempotent()
  handle(): void {}
}

test('a handler has the defaults of its own cluster', () => {
  const asked: unknown[] = [];
  const handler = idempotentHandler(Audit, Audit.prototype.handle, (...of) => {
    asked.push(of);
    return { groupId: 'auditors', enableAutoCommit: false };
  });
  expect(asked).toEqual([['Audit.handle', 'audit']]);
  expect(handler).toMatchObject({ scope: 'auditors/Audit.handle', isManual: true });
});

test('different pairs of group and handler name never share a scope', () => {
  const scopes = [First, Second, Third].map((controller) => {
    const method = controller.prototype.handle;
    return idempotentHandler(controller, method, () => ({ groupId: 'service', enableAutoCommit: true }))
      .scope;
  });
  expect(scopes).toEqual(['team/billing/audit', 'team%2Fbilling/audit', 'team%252Fbilling/audit']);
});
