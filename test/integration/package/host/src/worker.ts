import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { kafkaFromEnv, KafkaModule } from 'nestjs-kafka-transport';
import { OrdersModule } from './orders.js';
import { work } from './start.js';

@Module({
  imports: [
    KafkaModule.forRootAsync({ useFactory: () => ({ ...kafkaFromEnv(), fetchMaxWaitMs: 100 }) }),
    OrdersModule,
  ],
})
class WorkerModule {}

void work(WorkerModule);
