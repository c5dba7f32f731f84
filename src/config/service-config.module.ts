import { Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { loadConfig } from './load-config.js';

const serviceConfig = registerAs('service', () => loadConfig());

/**
 * Injects the {@link ServiceConfig}.
 *
 * @example
 * constructor(@Inject(SERVICE_CONFIG) private readonly config: ServiceConfig) {}
 */
export const SERVICE_CONFIG = serviceConfig.KEY;

/**
 * Provides {@link SERVICE_CONFIG} to the whole application. Outside production a `.env` file in the working
 * directory is read; variables of the process take precedence over it.
 *
 * Creating the application throws a {@link ConfigError} if the environment is invalid. The provider validates,
 * not `forRoot({ validate })`: that would throw while this file is imported, where nobody can catch it.
 */
@Module({
  imports: [
    ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: process.env.NODE_ENV?.trim() === 'production',
      load: [serviceConfig],
    }),
  ],
  exports: [ConfigModule],
})
export class ServiceConfigModule {}
