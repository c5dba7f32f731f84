import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type KafkaTesting, KafkaTestingModule } from '../../testing/index.js';
import { PermanentError, SchemaViolationError } from '../../index.js';
import { OrderRejectedError } from './order-rejected.error.js';
import type { Order } from './order.schema.js';
import { OrdersModule } from './orders.module.js';
import { OrdersService } from './orders.service.js';

const order: Order = {
  id: 'o-1',
  customer: 'c-7',
  currency: 'EUR',
  placedAt: '2026-03-01T08:15:00Z',
  lines: [{ sku: 'tea', quantity: 2, unitPrice: 4.5 }],
};

describe('the orders feature', () => {
  let kafka: KafkaTesting;
  let orders: OrdersService;

  beforeEach(async () => {
    kafka = await KafkaTestingModule.create({ imports: [OrdersModule] });
    Logger.overrideLogger(false);
    orders = kafka.get(OrdersService);
  });
  afterEach(() => kafka.close());

  it('an order is accepted, and removed by a tombstone', async () => {
    await expect(kafka.deliver('orders', { key: 'o-1', value: order })).resolves.toMatchObject({
      status: 'handled',
      committed: 1,
    });
    expect(orders.find('o-1')).toMatchObject({ items: 2, totalMinor: 900 });
    await kafka.deliver('orders', { key: 'o-1', value: null });
    expect(orders.find('o-1')).toBeUndefined();
  });

  it('an order that is delivered twice is stored once', async () => {
    const record = { key: 'o-1', value: order };
    await kafka.deliverBatch('orders', [record, record]);
    expect(kafka.committed('orders')).toBe(2);
    expect(orders.find('o-1')).toMatchObject({ items: 2 });
  });

  it.each([
    ['without an id', { key: 'o-1', value: { ...order, id: undefined } }, SchemaViolationError],
    ['in another currency', { key: 'o-1', value: { ...order, currency: 'XBT' } }, OrderRejectedError],
    ['that is deleted without a key', { value: null }, PermanentError],
  ])('an order %s becomes a dead letter without a retry', async (_what, record, error) => {
    const delivery = await kafka.deliver('orders', record);
    expect(delivery).toMatchObject({ status: 'dead-letter', attempts: 1, committed: 1 });
    expect(delivery.error).toBeInstanceOf(error);
    expect(kafka.deadLetters('orders')).toMatchObject([{ reason: error.name }]);
  });

  it('an order is retried when the service fails', async () => {
    const process = orders.process.bind(orders);
    let failures = 2;
    orders.process = (each) => {
      if (failures-- > 0) throw new Error('not now');
      return process(each);
    };
    const delivery = await kafka.deliver('orders', { key: 'o-1', value: order });
    expect(delivery).toMatchObject({ status: 'handled', attempts: 3 });
    expect(orders.find('o-1')).toBeDefined();
  });
});
