import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { KafkaHealth } from './kafka.health.js';

/** The probes: 200 if up, 503 with the reason if down. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly kafka: KafkaHealth,
  ) {}

  /** All probes and details of the consumers, for operators. */
  @Get()
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  all(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.kafka.startup(),
      () => this.kafka.live(),
      () => this.kafka.ready(),
      () => this.kafka.details(),
    ]);
  }

  /** Whether a restart is needed. */
  @Get('live')
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.kafka.live()]);
  }

  /** Whether the service works well enough for a rollout to continue. */
  @Get('ready')
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.kafka.ready()]);
  }

  /** Whether every consumer has joined its group once. */
  @Get('startup')
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.kafka.startup()]);
  }
}
