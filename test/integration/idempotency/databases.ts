import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { uniqueName } from '../../support/kafka.js';
import { findPostgres, PostgresServer } from '../../support/postgres.js';

const execute = promisify(execFile);

/** A database that services under test write to, and that the test reads. */
export interface TestDatabase {
  /** The environment variables that select it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one statement. If the database is embedded in a service, the service must not be running. */
  query<R extends object>(text: string): Promise<R[]>;
  close(): Promise<void>;
}

/** A kind of database that tests run on. */
export interface DatabaseKind {
  readonly name: string;
  readonly isServer: boolean;
  create(): Promise<TestDatabase>;
}

/** PostgreSQL embedded in the service's process, in a folder; available everywhere. */
const embedded: DatabaseKind = {
  name: 'the embedded PostgreSQL',
  isServer: false,
  async create() {
    const folder = mkdtempSync(join(tmpdir(), 'pglite-'));
    const dataDir = join(folder, 'data');
    return {
      env: { DATABASE_EMBEDDED_DIR: dataDir, NODE_ENV: 'test' },
      async query<R extends object>(text: string) {
        const script = join(import.meta.dirname, 'query-embedded.mjs');
        const env = { ...process.env, NODE_OPTIONS: '' };
        const { stdout } = await execute(process.execPath, [script, dataDir, text], { env });
        return JSON.parse(stdout) as R[];
      },
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

const bin = findPostgres();
if (bin === undefined) console.warn('skipped: tests on a PostgreSQL server, as none is installed here');

let running: Promise<PostgresServer> | undefined;

/** The server that the tests of a file share; undefined if none is installed. */
export const server: (() => Promise<PostgresServer>) | undefined =
  bin === undefined ? undefined : () => (running ??= PostgresServer.start(bin));

/** For `afterAll`: stops the server, if a test has started it. */
export async function stopServer(): Promise<void> {
  await (await running)?.stop();
}

/** The databases to test: the embedded PostgreSQL, and a server if one is installed. */
export const kinds: readonly DatabaseKind[] = [
  embedded,
  ...(server ? [{ name: 'a PostgreSQL server', isServer: true, create: () => onServer(server) }] : []),
];

async function onServer(start: () => Promise<PostgresServer>): Promise<TestDatabase> {
  const postgres = await start();
  const name = uniqueName('test');
  return {
    env: { DATABASE_URL: await postgres.createDatabase(name) },
    query: <R extends object>(text: string) => postgres.query<R>(name, text),
    close: async () => undefined,
  };
}
