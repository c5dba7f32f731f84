import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { KafkaHealth } from './kafka.health.js';

/** The probes: 200 while up, 503 while down, and always the reason. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly kafka: KafkaHealth,
  ) {}

  /** Everything, for people. */
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

  /** Whether all is well enough to go on with a rollout. */
  @Get('ready')
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.kafka.ready()]);
  }

  /** Whether the first join has happened. */
  @Get('startup')
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.kafka.startup()]);
  }
}
