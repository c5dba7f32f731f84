import { type DynamicModule, type INestApplication, Module, type Type } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { LoggingModule } from '../telemetry/logging.module.js';
import { KafkaOpsModule, type KafkaOpsOptions } from './kafka-ops.module.js';
import { LogLevelController } from './log-level/log-level.controller.js';
import { LogLevelService } from './log-level/log-level.service.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { OpenApiService } from './openapi/openapi.service.js';

/** The operators' HTTP endpoints of the service: also for its log level, and with their description. */
@Module({
  imports: [
    LoggingModule,
    KafkaOpsModule.forRootAsync({
      imports: [LoggingModule],
      inject: [SERVICE_CONFIG, PinoLogger],
      useFactory: ({ ops }: ServiceConfig, { logger }: PinoLogger): KafkaOpsOptions => {
        // A level of its own: a higher log level must not suppress the audit.
        const log = logger.child({ context: 'Audit' }, { level: 'info' });
        return { token: ops.token ?? '', audit: (line) => log.info(line, `${line.what}: ${line.outcome}`) };
      },
    }),
  ],
  controllers: [LogLevelController, OpenApiController],
  providers: [LogLevelService, OpenApiService],
})
export class OpsModule {}

/** Adds the operators' endpoints to the module of a service. */
export function withOps(application: Type): DynamicModule {
  return { module: OpsModule, imports: [application] };
}

/** Enables the OpenAPI document of the operators' endpoints. */
export function describeOps(app: INestApplication): void {
  app.get(OpenApiService).describe(app, [KafkaOpsModule, OpsModule]);
}
