import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { callFields } from './call-fields.js';
import { requestFields } from './request-fields.js';

/** The service's log: one JSON object a line, or readable lines at a terminal. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [SERVICE_CONFIG],
      useFactory: ({ log }: ServiceConfig) => ({
        pinoHttp: {
          level: log.level,
          autoLogging: false,
          mixin: callFields,
          serializers: { req: requestFields },
          ...(log.format === 'pretty'
            ? { transport: { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } } }
            : {}),
        },
      }),
    }),
  ],
  exports: [LoggerModule],
})
export class LoggingModule {}
