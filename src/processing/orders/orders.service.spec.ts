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
  it('OrdersService sums up an order in cents without rounding errors', () => {
    expect(orders.process(order)).toEqual({
      id: 'o-1',
      customer: 'c-7',
      items: 4,
      totalMinor: 6026,
      currency: 'EUR',
    });
  });

  it('OrdersService rejects an order in a currency that it does not accept, and does not store it', () => {
    const rejected = (): unknown => orders.process({ ...order, currency: 'XBT' });
    expect(rejected).toThrow(OrderRejectedError);
    expect(rejected).toThrow('order o-1: XBT is not accepted, only EUR, USD, GBP, CHF');
    expect(orders.find('o-1')).toBeUndefined();
  });

  it('OrdersService finds an accepted order', () => {
    const summary = orders.process(order);
    expect(orders.find('o-1')).toEqual(summary);
  });

  it('OrdersService does not find an unknown order', () => {
    expect(orders.find('o-1')).toBeUndefined();
  });

  it('OrdersService is in the same state after an order was delivered twice', () => {
    const once = orders.process(order);
    const twice = orders.process(order);
    expect(twice).toEqual(once);
    expect(orders.find('o-1')).toEqual(once);
  });

  it('OrdersService keeps the later version of an order', () => {
    orders.process(order);
    orders.process({ ...order, customer: 'c-8' });
    expect(orders.find('o-1')?.customer).toBe('c-8');
  });

  it('OrdersService removes only the order that was removed', () => {
    orders.process(order);
    orders.process({ ...order, id: 'o-2' });
    orders.remove('o-1');
    expect(orders.find('o-1')).toBeUndefined();
    expect(orders.find('o-2')).toBeDefined();
  });

  it('OrdersService accepts a removal that is delivered twice or of an unknown order', () => {
    orders.process(order);
    orders.remove('o-1');
    orders.remove('o-1');
    orders.remove('o-9');
    expect(orders.find('o-1')).toBeUndefined();
  });
});
