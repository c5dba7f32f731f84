import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Header,
} from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { KafkaHealth } from 'nestjs-kafka-transport/health';
import { KafkaMetrics } from 'nestjs-kafka-transport/metrics';
import { Counter, register } from 'prom-client';
import { kafkajsCopies } from './kafkajs-copies.js';

/** Written for HTTP alone: it would deny every record. */
export class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers?: Record<string, string> }>();
    return headers?.['x-key'] === 'open';
  }
}

/** Answers every error as this application does. */
@Catch()
export class TeapotFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    const response = host
      .switchToHttp()
      .getResponse<{ status(code: number): { json(body: object): void } }>();
    response.status(418).json({ by: 'the filter of the host' });
  }
}

@Controller()
export class HostController {
  private readonly asked: Counter;

  constructor(
    private readonly health: HealthCheckService,
    private readonly kafka: KafkaHealth,
    metrics: KafkaMetrics,
  ) {
    this.asked = new Counter({ name: 'host_counter', help: 'A metric of the host.' });
    metrics.registerIn(register);
  }

  @Get('health')
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => ({ host: { status: 'up' } }), () => this.kafka.ready()]);
  }

  @Get('kafkajs')
  kafkajs(): ReturnType<typeof kafkajsCopies> {
    return kafkajsCopies();
  }

  @Get('metrics')
  @Header('Content-Type', 'text/plain')
  metrics(): Promise<string> {
    this.asked.inc();
    return register.metrics();
  }
}
