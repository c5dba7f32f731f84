import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KafkaHandler, type KafkaRecordContext } from 'nestjs-kafka-transport';
import { Idempotent, IdempotencyModule, MemoryStore } from 'nestjs-kafka-transport/idempotency';

export const ORDERS = process.env['ORDERS_TOPIC'] ?? 'orders';

interface Order {
  readonly id: string;
  readonly delayMs?: number;
}

@Injectable()
export class OrdersService implements OnModuleDestroy {
  readonly handled: string[] = [];

  async handle({ id, delayMs = 0 }: Order): Promise<void> {
    console.log(`order ${id} begun`);
    await sleep(delayMs);
    this.handled.push(id);
    console.log(`order ${id} handled`);
  }

  onModuleDestroy(): void {
    console.log('orders destroyed');
  }
}

@Controller()
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @KafkaHandler(ORDERS, { retry: { attempts: 1 }, order: 'key' })
  @Idempotent<Order>({ key: ({ id }) => id })
  async onOrder(@Payload() order: Order, @Ctx() context: KafkaRecordContext): Promise<void> {
    if (order.id === 'broken') throw new RangeError(`broken at ${context.getPartition()}`);
    await this.orders.handle(order);
  }

  @Get('orders')
  list(): string[] {
    return this.orders.handled;
  }

  @Get('fails')
  fail(): never {
    throw new RangeError('of HTTP');
  }
}

@Module({
  imports: [IdempotencyModule.withStore(new MemoryStore())],
  controllers: [OrdersController],
  providers: [OrdersService],
})
export class OrdersModule {}
