import { Controller } from '@nestjs/common';
import { Ctx, KafkaContext, Payload } from '@nestjs/microservices';
import { KafkaHandler, PermanentError } from '../../index.js';
import { OrderRejectedError } from './order-rejected.error.js';
import { Order } from './order.schema.js';
import { OrdersService } from './orders.service.js';

/**
 * Orders arrive as JSON with the order id as key; a tombstone means that the order was deleted. An order that does not
 * match the schema or is rejected goes to `orders.dlt` immediately; any other failure is retried first.
 */
@Controller()
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @KafkaHandler('orders', {
    value: 'json',
    schema: Order.nullable(),
    order: 'key',
    concurrency: 32,
    retry: { attempts: 8, initialMs: 250, maxMs: 10_000, never: [OrderRejectedError] },
    onFailure: 'dead-letter',
  })
  onOrder(@Payload() order: Order | null, @Ctx() context: KafkaContext): void {
    if (order) this.orders.process(order);
    else this.orders.remove(orderIdOf(context.getMessage().key));
  }
}

/**
 * The order id: the record's key as text.
 * @throws PermanentError if the key is not text: a JSON key arrives parsed, and a record may have no key
 */
function orderIdOf(key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new PermanentError('a tombstone of an order needs the id of the order as its key, as plain text');
}
