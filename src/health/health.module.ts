import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { KafkaModule } from '../transport/index.js';
import { HealthController } from './health.controller.js';
import { KafkaHealth } from './kafka.health.js';

/** Startup, liveness and readiness probes of the consumers, at `/health`. */
@Module({
  imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }), KafkaModule],
  controllers: [HealthController],
  providers: [KafkaHealth],
})
export class HealthModule {}
