import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { KafkaHealth } from './kafka.health.js';

/**
 * Provides {@link KafkaHealth} for the health checks of an application, without endpoints of its own.
 *
 * @example
 * this.health.check([() => this.database.pingCheck('database'), () => this.kafka.ready()]);
 */
@Module({ imports: [TerminusModule], providers: [KafkaHealth], exports: [KafkaHealth] })
export class KafkaHealthModule {}
