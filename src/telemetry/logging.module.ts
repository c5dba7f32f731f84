import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { logOptions } from './log-options.js';
import { ServiceLogger } from './service.logger.js';

/** The log of the service: one JSON object per line, or readable lines on a terminal. */
@Module({
  imports: [
    LoggerModule.forRootAsync({
      inject: [SERVICE_CONFIG],
      useFactory: ({ log }: ServiceConfig) => ({ pinoHttp: logOptions(log) }),
    }),
  ],
  providers: [ServiceLogger],
  exports: [LoggerModule, ServiceLogger],
})
export class LoggingModule {}
