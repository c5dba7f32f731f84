import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { ConfigError, KAFKA_CONFIG, type KafkaModuleConfig } from '../config/index.js';
import type { ConnectionSource } from './connection.js';
import { Database } from './database.js';
import { openPglite } from './pglite.js';
import { openPostgres } from './postgres.js';

/**
 * Provides {@link Database}. The driver is loaded and connected on first use.
 */
@Module({
  providers: [
    {
      provide: Database,
      useFactory: (config: KafkaModuleConfig) => new Database(() => openConfigured(config)),
      inject: [KAFKA_CONFIG],
    },
  ],
  exports: [Database],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  /** Runs in the last shutdown hook, when handlers have finished or were aborted at their deadline. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

/**
 * Checks that a database is configured.
 * @throws ConfigError if none is configured and the embedded one is not allowed
 */
export function requireDatabase({
  database,
}: {
  readonly database: { readonly url: string | undefined; readonly embeddedAllowed: boolean };
}): void {
  if (database.url !== undefined || database.embeddedAllowed) return;
  throw new ConfigError([
    {
      variable: 'DATABASE_URL',
      got: 'not set',
      accepts: 'postgres://user:password@host:5432/database',
      hint: 'set it, or DATABASE_URL_FILE: idempotent handlers store their receipts there',
    },
  ]);
}

async function openConfigured(config: KafkaModuleConfig): Promise<ConnectionSource> {
  requireDatabase(config);
  const { database, kafka } = config;
  if (database.url === undefined) return openPglite(database.embeddedDir);
  return openPostgres({ ...database, url: database.url, applicationName: kafka.clientId });
}
