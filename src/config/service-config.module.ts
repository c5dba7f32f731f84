import { Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { loadConfig } from './load-config.js';

const serviceConfig = registerAs('service', () => loadConfig(process.env));

/**
 * Injects the {@link ServiceConfig}.
 *
 * @example
 * constructor(@Inject(SERVICE_CONFIG) private readonly config: ServiceConfig) {}
 */
export const SERVICE_CONFIG = serviceConfig.KEY;

/**
 * Provides {@link SERVICE_CONFIG} to the whole application. A `.env` file in the working directory is read
 * outside production; what the process was started with goes before it.
 *
 * Creating the application throws a {@link ConfigError} when the environment is not sound. Validation belongs to
 * the provider rather than to `forRoot({ validate })`: that would reject while this file is imported, before anyone
 * can catch it.
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
