import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { connectKafka, kafkaFromEnv, KafkaModule } from 'nestjs-kafka-transport';
import { KafkaHealthModule } from 'nestjs-kafka-transport/health';
import { KafkaMetricsModule } from 'nestjs-kafka-transport/metrics';
import { HostController, KeyGuard, TeapotFilter } from './http.js';
import { OrdersModule } from './orders.js';

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

const app = await NestFactory.create(HostModule, { logger: ['warn', 'error'], abortOnError: false });
connectKafka(app);
if (process.env['SHUTDOWN'] === 'hooks') app.enableShutdownHooks([], { useProcessExit: true });
else process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
await app.listen(0, '127.0.0.1');
await app.startAllMicroservices();
console.log(`listening at ${await app.getUrl()}`);
