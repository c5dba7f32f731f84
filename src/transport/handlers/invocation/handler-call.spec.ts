import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import { Scene } from '../../../pipeline/testing/scene.js';
import type { InFlightRecord } from '../../../pipeline/index.js';
import { HandlerCall, within } from './handler-call.js';

test('a handler that starts while another awaits its commit does not see the other’s storages', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const seen: string[] = [];
  const handle = async (record: InFlightRecord): Promise<void> => {
    seen.push(`${record.offset} begins in ${tenant.getStore() ?? 'nothing'}`);
    await Promise.resolve();
    await tenant.run(`tenant ${record.offset}`, () => record.owner.commit([record]));
  };
  const scene = new Scene('ab', {
    commit: 'manual',
    order: 'key',
    concurrency: 1,
    invoke: (record) => within(new HandlerCall('h', record), handle),
  });
  await scene.fetch();
  await scene.committed();
  expect(seen).toEqual(['0 begins in nothing', '1 begins in nothing']);
});
