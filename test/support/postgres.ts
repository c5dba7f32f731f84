import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import getPort from 'get-port';
import pg from 'pg';
import { waitFor } from './kafka.js';

const DEBIAN = '/usr/lib/postgresql';

/** The folder with the programs of a PostgreSQL server; undefined if there is none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

/** A PostgreSQL server for one test, on a free port of this machine. */
export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  readonly #user = unprivilegedUser();
  #child: ChildProcess | undefined;

  private constructor(
    private readonly bin: string,
    private readonly port: number,
  ) {}

  /** @param bin the result of `findPostgres` */
  static async start(bin: string): Promise<PostgresServer> {
    const server = new PostgresServer(bin, await getPort({ host: '127.0.0.1' }));
    server.#initialise();
    await server.resume();
    return server;
  }

  urlOf(database: string, user = 'postgres'): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  /** Creates an empty database, and returns its URL. */
  async createDatabase(name: string): Promise<string> {
    await this.query('postgres', `CREATE DATABASE "${name}"`);
    return this.urlOf(name);
  }

  /** Runs one statement on its own connection. */
  async query<R extends pg.QueryResultRow>(database: string, text: string): Promise<R[]> {
    const client = new pg.Client({ connectionString: this.urlOf(database) });
    await client.connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Kills it like a crash: every connection breaks. */
  async crash(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGQUIT');
    await exit;
  }

  /** Restarts it on the same port with the same data. */
  async resume(): Promise<void> {
    const settings = [`listen_addresses=127.0.0.1`, 'unix_socket_directories=', 'fsync=off'];
    this.#child = spawn(
      join(this.bin, 'postgres'),
      ['-D', this.#data, '-p', String(this.port), ...settings.flatMap((each) => ['-c', each])],
      { stdio: 'ignore', ...this.#user },
    );
    await waitFor(async () => (await this.query('postgres', 'SELECT 1')).length === 1, {
      what: 'PostgreSQL to accept connections',
      timeoutMs: 30_000,
    });
  }

  async stop(): Promise<void> {
    await this.crash();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  #initialise(): void {
    if (this.#user) chownSync(this.#folder, this.#user.uid, this.#user.gid);
    const options = ['-D', this.#data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    execFileSync(join(this.bin, 'initdb'), options, { stdio: 'ignore', ...this.#user });
  }
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string): number =>
    Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
