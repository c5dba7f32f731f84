import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { State } from '../../../src/ops/state/state.schema.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { MainProcess } from '../../support/main-process.js';

export const TOKEN = 'a-token-of-the-tests';

/** The answer of an endpoint. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A record for one of the test's handlers. */
export interface Item {
  readonly id: string;
  readonly key?: string;
  readonly partition?: number;
  readonly fails?: boolean;
  readonly hangs?: boolean;
}

/** What the processes of a test share: topics, a group, and whether handlers are fixed. */
export class Scene {
  readonly groupId: string;
  readonly #mended = join(mkdtempSync(join(tmpdir(), 'ops-')), 'mended');

  private constructor(readonly prefix: string) {
    this.groupId = `${prefix}-group`;
  }

  static async create(partitions = 1): Promise<Scene> {
    const scene = new Scene(uniqueName('ops'));
    for (const name of ['orders', 'accounts', 'slow'] as const)
      await createTopic(scene.topic(name), { partitions });
    return scene;
  }

  topic(name: 'orders' | 'accounts' | 'slow'): string {
    return `${this.prefix}-${name}`;
  }

  async send(name: 'orders' | 'accounts' | 'slow', items: readonly Item[]): Promise<void> {
    const records = items.map(({ key, partition = 0, ...item }) => ({
      key: key ?? `secret-key-of-${item.id}`,
      value: JSON.stringify({ ...item, text: 'a secret' }),
      partition,
    }));
    await produce(this.topic(name), records);
  }

  /** No handler fails from now on. */
  fix(): void {
    writeFileSync(this.#mended, '');
  }

  start(env: Readonly<Record<string, string>> = { OPS_TOKEN: TOKEN }): OpsProcess {
    return new OpsProcess({
      KAFKA_GROUP_ID: this.groupId,
      OPS_PREFIX: this.prefix,
      OPS_MENDED: this.#mended,
      ...env,
    });
  }
}

/** A service with the test's handlers in it. */
export class OpsProcess extends MainProcess {
  readonly #port: string | undefined;

  constructor(env: Readonly<Record<string, string>>) {
    super({
      preload: join(import.meta.dirname, 'replace-processing.mjs'),
      env: { KAFKA_AUTO_COMMIT_INTERVAL_MS: '200', ...env },
    });
    this.#port = env['PORT'];
  }

  /** The ids of the handled records, in order. */
  get handled(): string[] {
    return [...this.output.matchAll(/^handled (\S+)$/gm)].map(([, id]) => id ?? '');
  }

  /** The lines of the audit log. */
  get audit(): Record<string, unknown>[] {
    return this.lines.filter(({ context }) => context === 'Audit');
  }

  /** The lines of the log. */
  get lines(): Record<string, unknown>[] {
    const json = this.output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return json.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  }

  /** Its URL: the configured one, or the one in its log, unless the log is silenced. */
  override async url(): Promise<string> {
    if (this.#port === undefined) return super.url();
    const told = `http://127.0.0.1:${this.#port}`;
    return waitFor(async () => (await fetch(`${told}/health/live`)) && told, {
      what: 'the service to listen',
      timeoutMs: 60_000,
    });
  }

  /** Calls an endpoint under `/ops` with the token, unless another one or none is given. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    token: string | undefined = TOKEN,
  ): Promise<Answer> {
    const response = await this.request(method, path, body, token);
    return { status: response.status, body: await response.json() };
  }

  async request(method: string, path: string, body?: unknown, token?: string): Promise<Response> {
    return fetch(`${await this.url()}/ops/${path}`, {
      method,
      headers: {
        connection: 'close',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** The state of the only group in `/ops/state`, validated by its schema. */
  async state() {
    const { body } = await this.ask('GET', 'state');
    const [group] = State.parse(body).groups;
    if (!group) throw new Error('there is no group');
    return group;
  }

  /** Resolves with the number of its partitions once it has joined and reads all of them. */
  joined(partitions: number): Promise<unknown> {
    return waitFor(
      async () => {
        const group = await this.state();
        return group.phase === 'running' && group.partitions.length === partitions;
      },
      { what: `the service to read ${partitions} partitions`, timeoutMs: 60_000 },
    );
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.ended();
  }
}
