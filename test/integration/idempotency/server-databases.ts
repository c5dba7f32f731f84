import { loadConfig } from '../../../src/config/index.js';
import { Database } from '../../../src/database/index.js';
import { openPostgres } from '../../../src/database/postgres.js';
import { uniqueName } from '../../support/kafka.js';
import type { PostgresServer } from '../../support/postgres.js';
import { server } from './databases.js';

/** The default configuration. */
export const config = loadConfig({});
/** Connects to a server, with a pool of four unless `env` says otherwise. */
export function onServer(url: string, env: Readonly<Record<string, string>> = {}): Database {
  const { database } = loadConfig({ DATABASE_POOL_SIZE: '4', ...env });
  return new Database(() => openPostgres({ ...database, url, applicationName: 'test' }));
}

/** Creates an empty database on the server of the test file. */
export async function newDatabase(): Promise<{ postgres: PostgresServer; name: string; url: string }> {
  if (!server) throw new Error('no server is installed');
  const postgres = await server();
  const name = uniqueName('store');
  return { postgres, name, url: await postgres.createDatabase(name) };
}
