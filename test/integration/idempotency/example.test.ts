import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Database } from '../../../src/database/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';
import { PaymentsModule } from './example/payments.module.js';

jest.setTimeout(60_000);

const topic = 'idempotent-payments';
const payment = (id: string, amount: number): string => JSON.stringify({ id, account: 'acc-1', amount });

describe('the example of docs/idempotency.md', () => {
  const groupId = uniqueName('payments');
  let service: RunningService;

  beforeAll(async () => {
    await createTopic(topic);
    service = await startService({ imports: [PaymentsModule] }, { KAFKA_GROUP_ID: groupId });
  });
  afterAll(() => service.stop());

  test('the example of docs/idempotency.md books a payment once that its producer has sent twice', async () => {
    const database = service.app.get(Database, { strict: false });
    await database.query('CREATE TABLE accounts (id text PRIMARY KEY, balance int NOT NULL)');
    await service.joined();
    await produce(topic, [payment('p-1', 10), payment('p-2', 5), payment('p-1', 10)]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the payments', timeoutMs: 30_000 });
    const { rows } = await database.query('SELECT balance FROM accounts');
    expect(rows).toEqual([{ balance: 15 }]);
  }, 120_000);

  test.each(['payments.service.ts', 'payments.controller.ts', 'payments.module.ts'])(
    'the example of docs/idempotency.md is %s',
    (file) => {
      const guide = readFileSync(join(import.meta.dirname, '../../../docs/idempotency.md'), 'utf8');
      const source = readFileSync(join(import.meta.dirname, 'example', file), 'utf8');
      expect(guide).toContain(source.slice(source.indexOf('\n@')).trim());
    },
  );
});
