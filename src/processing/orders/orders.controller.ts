import { Controller } from '@nestjs/common';
import { Ctx, KafkaContext, Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../kafka/index.js';
import { Order } from './order.schema.js';
import { OrdersService } from './orders.service.js';

/** Orders come as JSON under their id as key; a tombstone says that the order was deleted. */
@Controller()
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @KafkaHandler('orders', { value: 'json', schema: Order.nullable(), order: 'key', concurrency: 32 })
  onOrder(@Payload() order: Order | null, @Ctx() context: KafkaContext): void {
    if (order) this.orders.process(order);
    else this.orders.remove(String(context.getMessage().key));
  }
}
