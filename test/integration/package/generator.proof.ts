import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildOverlay } from '../../../tools/deploy/kustomize.js';
import { Manifests } from '../../../tools/deploy/manifests.js';
import { review } from '../../../tools/deploy/review/index.js';
import { readTopic } from '../../support/read-topic.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';
import { pack, packGenerator, packTransport, QUIET, run } from './packing.js';

const folder = mkdtempSync(join(tmpdir(), 'kafka-generator-'));
const service = join(folder, 'payments');
let transport: string;
let generator: Awaited<ReturnType<typeof packGenerator>>;
let kafka: OwnKafka;

beforeAll(async () => {
  transport = await packTransport(folder);
  generator = await packGenerator(folder);
  kafka = await OwnKafka.start();
}, 120_000);
afterAll(async () => {
  await kafka.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the generator of a tarball, as `npm create` does with that of the registry. */
function create(tarball: string, args: readonly string[], cwd: string): Promise<string> {
  const program = ['--', 'create-nestjs-kafka-consumer', ...args];
  return run('npm', ['exec', '--yes', '--loglevel=error', `--package=${tarball}`, ...program], cwd);
}

function script(...args: readonly string[]): Promise<string> {
  return run('npm', ['run', '--silent', ...args], service, { KAFKA_BROKERS: kafka.bootstrap });
}

const read = (file: string): string => readFileSync(join(service, file), 'utf8');

test('within three minutes a service is generated, installed, tested, and consumes from a real Kafka', async () => {
  expect(await create(generator.tarball, ['payments'], folder)).toContain('cd payments');
  await run('npm', ['install', ...QUIET, transport], service);

  expect(JSON.parse(await script('test', '--', '--json'))).toMatchObject({
    numTotalTestSuites: 3,
    numFailedTests: 0,
    success: true,
  });
  const output = await script('demo');
  for (let order = 1; order <= 12; order++)
    expect(output).toMatch(new RegExp(`order \\w+-${order}: ${order} items`));
  expect(output).toContain('13 records sent, all of them committed by the group payments-demo');
  expect(output).toContain('The service has ended with code 0');
  const letters = await readTopic('orders.dlt', kafka.bootstrap);
  expect(letters.map(({ key }) => String(key))).toEqual(['invalid']);
}, 180_000);

test('a generated service passes its own checks', async () => {
  await expect(script('typecheck')).resolves.toBe('');
  await expect(script('lint')).resolves.toContain('All matched files use Prettier code style!');
}, 60_000);

test('the installed package has the documentation that a generated service refers to', () => {
  const pages = new Set(
    ['README.md', 'deploy/base/deployment.yaml', 'deploy/components/monitoring/prometheus-rule.yaml'].flatMap(
      (file) => read(file).match(/node_modules\/nestjs-kafka-transport\/docs\/[\w-]+\.md/g) ?? [],
    ),
  );
  expect(pages.size).toBeGreaterThan(1);
  expect([...pages].filter((page) => !existsSync(join(service, page)))).toEqual([]);
});

test.each(['development', 'production'])(
  'the overlay %s of a generated service is valid',
  async (overlay) => {
    const yaml = await buildOverlay(join(service, 'deploy/overlays', overlay));
    const manifests = Manifests.parse(yaml);
    expect(manifests.deployment.metadata.name).toBe('payments');
    expect(yaml).not.toContain('nestjs-kafka-consumer');
    expect(review(manifests)).toEqual([]);
  },
);

describe('an upgrade', () => {
  const LATER = '99.0.0';

  /** The generator with a later version of its template. */
  async function later(): Promise<string> {
    change(join(generator.built, 'package.json'), (text) =>
      text.replace(/"version": ".*"/, `"version": "${LATER}"`),
    );
    change(join(generator.built, 'dist/template.json'), (text) => {
      const { files } = JSON.parse(text);
      files['Dockerfile'] += '# later\n';
      files['compose.yaml'] += '# later\n';
      files['docs/later.md'] = '# my-service, later\n';
      return JSON.stringify({ version: LATER, files });
    });
    return pack(generator.built, folder);
  }

  function change(file: string, how: (text: string) => string): void {
    writeFileSync(file, how(readFileSync(file, 'utf8')));
  }

  test('an upgrade replaces only files that nobody changed', async () => {
    const upgraded = await later();
    change(join(service, 'compose.yaml'), (text) => `${text}# mine\n`);
    const before = { docker: read('Dockerfile'), compose: read('compose.yaml') };

    expect(await create(upgraded, ['upgrade', '--dry-run'], service)).toContain('nothing was written');
    expect(read('Dockerfile')).toBe(before.docker);

    const summary = await create(upgraded, ['upgrade'], service);
    expect(summary).toMatch(/replaced: .*\n {2}Dockerfile\n/);
    expect(summary).toMatch(/changed by you .*\n {2}compose\.yaml\n/);
    expect(read('Dockerfile')).toBe(`${before.docker}# later\n`);
    expect(read('compose.yaml')).toBe(before.compose);
    expect(read('compose.yaml.new')).toBe(before.compose.replace('# mine\n', '# later\n'));
    expect(read('docs/later.md')).toBe('# payments, later\n');

    await expect(create(generator.tarball, ['upgrade'], service)).rejects.toThrow(
      `version ${LATER} of the template`,
    );
  }, 60_000);
});
