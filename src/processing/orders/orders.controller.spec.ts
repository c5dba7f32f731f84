import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { KafkaContext } from '@nestjs/microservices';
import { PATTERN_EXTRAS_METADATA, PATTERN_METADATA } from '@nestjs/microservices/constants.js';
import { Test } from '@nestjs/testing';
import { type KafkaHandlerOptions, PermanentError } from '../../index.js';
import type { Order } from './order.schema.js';
import { OrdersController } from './orders.controller.js';
import { OrdersModule } from './orders.module.js';
import { OrdersService } from './orders.service.js';

const order: Order = {
  id: 'o-1',
  customer: 'c-7',
  currency: 'EUR',
  placedAt: '2026-03-01T08:15:00Z',
  lines: [{ sku: 'tea', quantity: 2, unitPrice: 4.5 }],
};

let controller: OrdersController;
let orders: OrdersService;

beforeEach(async () => {
  Logger.overrideLogger(false);
  const module = await Test.createTestingModule({ imports: [OrdersModule] }).compile();
  controller = module.get(OrdersController);
  orders = module.get(OrdersService);
});

describe('OrdersController', () => {
  it('OrdersController accepts an order', () => {
    controller.onOrder(order, contextOf('o-1', order));
    expect(orders.find('o-1')).toMatchObject({ items: 2, totalMinor: 900 });
  });

  it('OrdersController removes the order whose id is the key of a tombstone', () => {
    controller.onOrder(order, contextOf('o-1', order));
    controller.onOrder({ ...order, id: 'o-2' }, contextOf('o-2', order));
    controller.onOrder(null, contextOf('o-1', null));
    expect(orders.find('o-1')).toBeUndefined();
    expect(orders.find('o-2')).toBeDefined();
  });

  it.each([
    ['no key', null],
    ['an empty key', ''],
    ['an object as its key', { id: 'o-1' }],
    ['bytes as its key', Buffer.from([0xff])],
  ])('OrdersController rejects a tombstone with %s, and removes nothing', (_what, key) => {
    controller.onOrder(order, contextOf('o-1', order));
    expect(() => controller.onOrder(null, contextOf(key, null))).toThrow(PermanentError);
    expect(orders.find('o-1')).toBeDefined();
  });

  it('OrdersController can receive the same records twice with the same result', () => {
    for (let delivery = 1; delivery <= 2; delivery++) {
      controller.onOrder(order, contextOf('o-1', order));
      controller.onOrder(null, contextOf('o-1', null));
    }
    expect(orders.find('o-1')).toBeUndefined();
  });

  it('OrdersController handles the topic orders, with the records of an order one after the other', () => {
    const handler = OrdersController.prototype.onOrder;
    expect(Reflect.getMetadata(PATTERN_METADATA, handler)).toEqual(['orders']);
    expect(optionsOf(handler)).toMatchObject({ value: 'json', order: 'key' });
  });
});

/** Nest's own context of a record with this key; the handler uses nothing else. */
function contextOf(key: unknown, value: unknown): KafkaContext {
  const args: unknown = [{ key, value, headers: {} }, 0, 'orders'];
  return new KafkaContext(args as ConstructorParameters<typeof KafkaContext>[0]);
}

function optionsOf(handler: object): KafkaHandlerOptions {
  return Reflect.getMetadata(PATTERN_EXTRAS_METADATA, handler) as KafkaHandlerOptions;
}
