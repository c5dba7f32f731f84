import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { KafkaHealthModule } from './kafka-health.module.js';

/** Startup, liveness and readiness probes of the consumers, at `/health`. */
@Module({
  imports: [TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }), KafkaHealthModule],
  controllers: [HealthController],
})
export class HealthModule {}
