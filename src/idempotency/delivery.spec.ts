import { expect, test } from '@jest/globals';
import { BatchOutcomesError, KafkaBatchContext } from '../transport/index.js';
import { Scene } from '../pipeline/testing/scene.js';
import { BatchDelivery } from './delivery.js';
import { MemoryStore } from './memory.store.js';

const fine = { status: 'fulfilled', value: undefined };
const bad = { status: 'rejected', reason: new Error('not booked') };

test('an idempotent batch writes no receipts for records that its handler rejected, even if the outcomes do not match the batch', async () => {
  const scene = new Scene('abc', { read: 'batch', maxRecords: 3, order: 'partition' });
  await scene.fetch();
  const { records } = scene.call(0);
  const [first] = records;
  if (!first) throw new Error('no record');
  const store = new MemoryStore();
  const handler = { name: 'h', groupId: 'g', scope: 's', key: 'position', isManual: false } as const;
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const services = { nativeConsumer: unused, nativeProducer: unused };
  const context = new KafkaBatchContext(records, first, ['a', null, 'c'], services);
  const shorter = async (): Promise<unknown> => [fine, bad];
  await expect(new BatchDelivery(store, handler, context, shorter).deliver()).rejects.toThrow(
    BatchOutcomesError,
  );
  expect(store.size).toBe(0);
});
