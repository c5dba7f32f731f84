import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { kafkaFromEnv, KafkaModule } from 'nestjs-kafka-transport';
import { KafkaHealthModule } from 'nestjs-kafka-transport/health';
import { KafkaMetricsModule } from 'nestjs-kafka-transport/metrics';
import { HostController, KeyGuard, TeapotFilter } from './http.js';
import { OrdersModule } from './orders.js';
import { serve } from './start.js';

@Module({
  imports: [
    KafkaModule.forRootAsync({
      useFactory: () => ({ ...kafkaFromEnv(), fetchMaxWaitMs: 100, shutdownTimeoutMs: 10_000 }),
    }),
    KafkaHealthModule,
    KafkaMetricsModule,
    TerminusModule,
    OrdersModule,
  ],
  controllers: [HostController],
  providers: [
    { provide: APP_GUARD, useClass: KeyGuard },
    { provide: APP_FILTER, useClass: TeapotFilter },
  ],
})
class HostModule {}

void serve(HostModule);
