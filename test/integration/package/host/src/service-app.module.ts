import { Module } from '@nestjs/common';
import { HealthModule } from 'nestjs-kafka-transport/health';
import { MetricsModule } from 'nestjs-kafka-transport/metrics';
import { KafkaServiceModule } from 'nestjs-kafka-transport/service/module';
import { OrdersModule } from './orders.js';

/** A service of its own, configured by the environment. */
@Module({ imports: [KafkaServiceModule, MetricsModule, HealthModule, OrdersModule] })
export class ServiceAppModule {}
