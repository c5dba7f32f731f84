import { expect, test } from '@jest/globals';
import { AppModule } from '../app.module.js';
import { OrdersService } from '../processing/orders/orders.service.js';
import { KafkaTestingModule } from './index.js';

test('the whole service runs in memory, with its own configuration', async () => {
  const kafka = await KafkaTestingModule.create({ imports: [AppModule] });
  const order = {
    id: 'o-1',
    customer: 'c-7',
    currency: 'EUR',
    placedAt: '2026-03-01T08:15:00Z',
    lines: [{ sku: 'tea', quantity: 2, unitPrice: 4.5 }],
  };
  const delivery = await kafka.deliver('orders', { key: 'o-1', value: order });
  expect(delivery).toMatchObject({ status: 'handled', committed: 1 });
  expect(kafka.get(OrdersService).find('o-1')).toMatchObject({ items: 2 });
  await kafka.close();
});
