import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { OrderRejectedError } from './order-rejected.error.js';
import type { Order } from './order.schema.js';
import { OrdersService } from './orders.service.js';

const order: Order = {
  id: 'o-1',
  customer: 'c-7',
  currency: 'EUR',
  placedAt: '2026-03-01T08:15:00Z',
  lines: [
    { sku: 'tea', quantity: 3, unitPrice: 19.99 },
    { sku: 'pot', quantity: 1, unitPrice: 0.29 },
  ],
};

let orders: OrdersService;

beforeEach(() => {
  Logger.overrideLogger(false);
  orders = new OrdersService();
});

describe('OrdersService', () => {
  it('sums an order up, in cents that add up', () => {
    expect(orders.process(order)).toEqual({
      id: 'o-1',
      customer: 'c-7',
      items: 4,
      totalMinor: 6026,
      currency: 'EUR',
    });
  });

  it('rejects an order in a currency that it does not take, and keeps nothing of it', () => {
    const rejected = (): unknown => orders.process({ ...order, currency: 'XBT' });
    expect(rejected).toThrow(OrderRejectedError);
    expect(rejected).toThrow('order o-1: XBT is not accepted, only EUR, USD, GBP, CHF');
    expect(orders.find('o-1')).toBeUndefined();
  });

  it('finds an order that it has taken in', () => {
    const summary = orders.process(order);
    expect(orders.find('o-1')).toEqual(summary);
  });

  it('finds nothing of an order that it has not seen', () => {
    expect(orders.find('o-1')).toBeUndefined();
  });

  it('is in the same state when an order was delivered twice', () => {
    const once = orders.process(order);
    const twice = orders.process(order);
    expect(twice).toEqual(once);
    expect(orders.find('o-1')).toEqual(once);
  });

  it('keeps the later version of an order', () => {
    orders.process(order);
    orders.process({ ...order, customer: 'c-8' });
    expect(orders.find('o-1')?.customer).toBe('c-8');
  });

  it('forgets an order that was removed, and no other', () => {
    orders.process(order);
    orders.process({ ...order, id: 'o-2' });
    orders.remove('o-1');
    expect(orders.find('o-1')).toBeUndefined();
    expect(orders.find('o-2')).toBeDefined();
  });

  it('does not mind a removal delivered twice, or of an order it has never seen', () => {
    orders.process(order);
    orders.remove('o-1');
    orders.remove('o-1');
    orders.remove('o-9');
    expect(orders.find('o-1')).toBeUndefined();
  });
});
