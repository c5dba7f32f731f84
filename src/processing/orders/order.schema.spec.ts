import { describe, expect, it } from '@jest/globals';
import { Order } from './order.schema.js';

const order: Order = {
  id: 'o-1',
  customer: 'c-7',
  currency: 'EUR',
  placedAt: '2026-03-01T08:15:00Z',
  lines: [{ sku: 'tea', quantity: 2, unitPrice: 4.5 }],
};
const [line] = order.lines;

/** The paths of a payload's problems, as named in the log. */
function violations(payload: unknown): string[] {
  return Order.safeParse(payload).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

describe('the order schema', () => {
  it('the order schema accepts a valid order unchanged', () => {
    expect(Order.parse(order)).toEqual(order);
  });

  it('the order schema drops unknown fields, so that producers can add some', () => {
    expect(Order.parse({ ...order, channel: 'web' })).toEqual(order);
  });

  it('the order schema accepts a line with a price of 0', () => {
    expect(violations({ ...order, lines: [{ ...line, unitPrice: 0 }] })).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['an empty id', { ...order, id: '' }, 'id'],
    ['a number as id', { ...order, id: 1 }, 'id'],
    ['an empty customer', { ...order, customer: '' }, 'customer'],
    ['a currency that is no three letters', { ...order, currency: 'EURO' }, 'currency'],
    ['a day without a time', { ...order, placedAt: '2026-03-01' }, 'placedAt'],
    ['a time outside of UTC', { ...order, placedAt: '2026-03-01T08:15:00+01:00' }, 'placedAt'],
    ['no lines', { ...order, lines: [] }, 'lines'],
    ['a line without an article', { ...order, lines: [{ ...line, sku: '' }] }, 'lines.0.sku'],
    ['a quantity of none', { ...order, lines: [{ ...line, quantity: 0 }] }, 'lines.0.quantity'],
    ['half an article', { ...order, lines: [{ ...line, quantity: 0.5 }] }, 'lines.0.quantity'],
    ['a price below zero', { ...order, lines: [{ ...line, unitPrice: -1 }] }, 'lines.0.unitPrice'],
    ['a text that is no order', 'an order', ''],
    ['a tombstone, which the handler allows by itself', null, ''],
  ])('the order schema rejects %s and names the path', (_what, payload, path) => {
    expect(violations(payload)).toEqual([path]);
  });

  it('the order schema reports every problem, not only the first', () => {
    const payload = { ...order, id: '', lines: [{ sku: '', quantity: 1, unitPrice: 1 }] };
    expect(violations(payload)).toEqual(['id', 'lines.0.sku']);
  });
});
