import { expect, test } from '@jest/globals';
import type { HandlerSummary } from '../transport/index.js';
import { handlerTable } from './handler-table.js';

const onOrder: HandlerSummary = {
  topic: 'orders',
  group: 'shop',
  handler: 'OrdersController.onOrder',
  order: 'key',
  concurrency: 32,
  onFailure: 'dead-letter',
};
const onAudit: HandlerSummary = {
  topic: '/^audit[.]/',
  group: 'audit',
  handler: 'AuditController.onEvent',
  order: 'none',
  concurrency: 64,
  onFailure: 'skip',
};

test('handlers are listed below their group', () => {
  const onRefund = { ...onOrder, topic: 'refunds', handler: 'RefundsController.onRefund' };
  expect(handlerTable([onOrder, onAudit, onRefund])).toBe(
    [
      'topic        handler                     order  concurrency  on failure',
      'group shop',
      'orders       OrdersController.onOrder    key    32           dead-letter',
      'refunds      RefundsController.onRefund  key    32           dead-letter',
      'group audit',
      '/^audit[.]/  AuditController.onEvent     none   64           skip',
    ].join('\n'),
  );
});

test('names that are too long for the width are wrapped, and no name is truncated', () => {
  const long = { ...onOrder, topic: 't'.repeat(120), handler: `Orders${'x'.repeat(60)}.onOrder` };
  const lines = handlerTable([long], 100).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(lines.join('').match(/t/g)?.length).toBeGreaterThan(120);
});

test('control characters of a name are escaped', () => {
  expect(handlerTable([{ ...onOrder, group: 'a\u001b[2J' }])).not.toContain('\u001b');
});
