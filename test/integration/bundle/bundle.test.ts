import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { endProcesses, MainProcess } from '../../support/main-process.js';
import { readTopic } from '../../support/read-topic.js';

jest.setTimeout(90_000);
afterEach(endProcesses);

const here = import.meta.dirname;
const dist = join(here, '../../../dist');
const preload = join(here, 'print-loaded.mjs');
const NODE_OPTIONS = '--enable-source-maps';

describe('the bundle', () => {
  const main = join(dist, 'bundle/main.js');

  test('the bundle keeps class names, loads hardly any files, and stops cleanly', async () => {
    const service = new MainProcess({ main, preload, env: { NODE_OPTIONS, LOG_LEVEL: 'debug' } });
    await service.url();
    expect(service.output).toContain('"AppModule dependencies initialized"');
    expect(service.output).not.toMatch(/\d dependencies initialized/);
    const loaded = [...service.output.matchAll(/^loaded (\S+)$/gm)].map(([, url]) => url ?? '');
    expect(loaded.filter((url) => /\/(ops|open-telemetry)-/.test(url))).toEqual([]);
    const packages = loaded.filter((url) => url.includes('/node_modules/')).map(packageOf);
    expect(packages.filter((name) => !name.includes('lz4-napi'))).toEqual(['reflect-metadata']);
    service.signal('SIGTERM');
    expect(await service.ended()).toBe(0);
  });

  test('the bundle contains modules that are loaded on demand', async () => {
    const token = 'a-token-of-the-tests';
    const service = new MainProcess({ main, preload, env: { NODE_OPTIONS, OPS_TOKEN: token } });
    const headers = { authorization: `Bearer ${token}` };
    const described = await fetch(`${await service.url()}/ops/openapi.json`, { headers });
    expect(described.status).toBe(200);
    expect(JSON.stringify(await described.json())).toContain('/ops/state');
  });

  test('the bundle finds the worker thread that writes readable log lines', async () => {
    const service = new MainProcess({ main, preload, env: { NODE_OPTIONS, LOG_FORMAT: 'pretty' } });
    await service.url();
    expect(service.output).toContain('INFO');
  });
});

describe('a bundle with handlers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(dist, 'bundle-of-a-test-'));
    const handlers = join(here, '../telemetry/logging-handlers.mjs');
    const { status, stderr } = spawnSync(process.execPath, [join(here, 'make-bundle.mjs'), handlers, folder]);
    if (status !== 0) throw new Error(String(stderr));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a bundle with handlers handles records, and stack traces point to the sources', async () => {
    const topic = await createTopic(uniqueName('bundled'));
    await createTopic(`${topic}.batch`);
    const groupId = uniqueName('group');
    await produce(
      topic,
      ['ok', 'dead'].map((kind, id) => JSON.stringify({ kind, secret: '', id })),
    );
    const service = new MainProcess({
      main: join(folder, 'main.js'),
      preload,
      env: {
        NODE_OPTIONS,
        KAFKA_GROUP_ID: groupId,
        KAFKA_AUTO_COMMIT_INTERVAL_MS: '200',
        STOPPING_TOPIC: topic,
      },
    });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end', timeoutMs: 60_000 });
    expect(service.output).toContain('"handler":"LoggingController.handle"');
    const [letter] = await readTopic(`${topic}.dlt`);
    expect(letter?.headers).toMatchObject({
      'dlt-exception-class': 'PermanentError',
      'dlt-exception-stacktrace': expect.stringContaining('telemetry/logging-handlers.mjs:24:'),
    });
    expect(letter?.headers['dlt-exception-stacktrace']).toContain('/src/');
  });
});

function packageOf(url: string): string {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? '';
}
