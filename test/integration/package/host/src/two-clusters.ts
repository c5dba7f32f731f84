import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { TerminusModule } from '@nestjs/terminus';
import {
  kafkaFromEnv,
  KafkaHandler,
  KafkaModule,
  type KafkaRecordContext,
  OffsetsModule,
  OffsetsService,
} from 'nestjs-kafka-transport';
import { KafkaHealthModule } from 'nestjs-kafka-transport/health';
import { KafkaMetricsModule } from 'nestjs-kafka-transport/metrics';
import { HostController } from './http.js';
import { serve } from './start.js';

const TOPIC = process.env['ORDERS_TOPIC'] ?? '';

@Injectable()
class EntriesService implements OnModuleDestroy {
  async handle(cluster: string, id: string): Promise<void> {
    console.log(`${cluster} ${id} begun`);
    if (id === 'slow') await sleep(1_500);
    console.log(`${cluster} ${id} handled`);
  }

  onModuleDestroy(): void {
    console.log('entries destroyed');
  }
}

/** Reads the same topic in the same group from both clusters, and commits manually. */
@Controller()
class EntriesController {
  constructor(
    private readonly entries: EntriesService,
    private readonly offsets: OffsetsService,
  ) {}

  @KafkaHandler(TOPIC, { commit: 'manual', retry: { attempts: 1 } })
  async onMain(@Payload() id: string, @Ctx() context: KafkaRecordContext): Promise<void> {
    await this.entries.handle('main', id);
    const offset = String(BigInt(context.getMessage().offset) + 1n);
    await context
      .getConsumer()
      .commitOffsets([{ topic: context.getTopic(), partition: context.getPartition(), offset }]);
  }

  @KafkaHandler(TOPIC, { cluster: 'audit', commit: 'manual', retry: { attempts: 1 } })
  async onAudit(@Payload() id: string, @Ctx() context: KafkaRecordContext): Promise<void> {
    if (id === 'broken') throw new RangeError('broken');
    await this.entries.handle('audit', id);
    await this.offsets.commit(context);
  }
}

@Module({
  imports: [
    KafkaModule.forRootAsync({ useFactory: () => ({ ...kafkaFromEnv(), fetchMaxWaitMs: 100 }) }),
    KafkaModule.forRootAsync({
      name: 'audit',
      useFactory: () => ({ ...kafkaFromEnv({ prefix: 'AUDIT_KAFKA_' }), fetchMaxWaitMs: 100 }),
    }),
    KafkaHealthModule,
    KafkaMetricsModule,
    TerminusModule,
    OffsetsModule,
  ],
  controllers: [HostController, EntriesController],
  providers: [EntriesService],
})
class TwoClustersModule {}

void serve(TwoClustersModule);
