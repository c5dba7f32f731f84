import 'reflect-metadata';
import { KafkaTestingModule } from 'nestjs-kafka-transport/testing';
import { ORDERS, OrdersModule, OrdersService } from './orders.js';

test('an order is handled once, and a broken one becomes a dead letter', async () => {
  const kafka = await KafkaTestingModule.create({ imports: [OrdersModule] });
  await kafka.deliver(ORDERS, { value: { id: 'a' } });
  await kafka.deliver(ORDERS, { value: { id: 'a' } });
  const { status, error } = await kafka.deliver(ORDERS, { value: { id: 'broken' } });
  expect(kafka.get(OrdersService).handled).toEqual(['a']);
  expect(status).toBe('dead-letter');
  expect(error).toBeInstanceOf(RangeError);
  await kafka.close();
});
