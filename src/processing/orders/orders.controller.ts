import { Controller } from '@nestjs/common';
import { Ctx, KafkaContext, Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../kafka/index.js';
import { OrderRejectedError } from './order-rejected.error.js';
import { Order } from './order.schema.js';
import { OrdersService } from './orders.service.js';

/**
 * Orders come as JSON under their id as key; a tombstone says that the order was deleted. One that breaks the
 * schema, or is rejected, is a dead letter in `orders.dlt` at once; any other failure is tried again first.
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
    else this.orders.remove(String(context.getMessage().key));
  }
}
