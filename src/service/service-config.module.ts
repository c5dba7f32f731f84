import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { loadConfig, SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import { OPS_TOKEN } from '../http/ops-token.guard.js';

/**
 * Provides {@link SERVICE_CONFIG} and {@link OPS_TOKEN} to the whole application. Outside production a `.env` file in the working
 * directory is read when this file is imported; variables of the process take precedence over it.
 *
 * Creating the application throws a {@link ConfigError} if the environment is invalid. The provider validates, not
 * `forRoot({ validate })`: that would throw while this file is imported, where the error cannot be caught.
 */
@Global()
@Module({
  imports: [ConfigModule.forRoot({ ignoreEnvFile: process.env.NODE_ENV?.trim() === 'production' })],
  providers: [
    { provide: SERVICE_CONFIG, useFactory: () => loadConfig() },
    { provide: OPS_TOKEN, inject: [SERVICE_CONFIG], useFactory: ({ ops }: ServiceConfig) => ops.token },
  ],
  exports: [SERVICE_CONFIG, OPS_TOKEN],
})
export class ServiceConfigModule {}
