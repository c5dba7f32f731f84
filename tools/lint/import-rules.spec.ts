import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const layers = require('./layers.cjs') as Readonly<
  Record<'source' | 'pipeline' | 'transport' | 'client' | 'indexed', readonly string[]>
>;

/** For each folder an import of its parent and of the folder above it. */
function inner(parent: string, folders: readonly string[]): (readonly [string, string, string])[] {
  return folders.flatMap((folder, at) => {
    const rule = `src/${parent}/${folder}-imports-only-below`;
    const above = folders[at - 1];
    return [
      [rule, `src/${parent}/${folder}/to-parent.ts`, '../group.js'] as const,
      ...(above === undefined
        ? []
        : [[rule, `src/${parent}/${folder}/to-above.ts`, `../${above}/inside.js`] as const]),
    ];
  });
}

/** Imports that must be reported. */
const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['pipeline-imports-only-pipeline', 'src/pipeline/dispatch/to-config.ts', '../../config/index.js'],
  ['pipeline-imports-only-pipeline', 'src/pipeline/dispatch/to-package.ts', 'rxjs'],
  ['pipeline-imports-only-pipeline', 'src/pipeline/dispatch/to-builtin.ts', 'node:timers'],
  ['pipeline-imports-only-pipeline', 'src/pipeline/to-package.ts', 'rxjs'],
  ...layers.source.slice(1).map((folder, at) => {
    const above = layers.source[at] ?? '';
    return [`src/${folder}-imports-only-below`, `src/${folder}/to-above.ts`, `../${above}/index.js`] as const;
  }),
  ...inner('pipeline', layers.pipeline),
  ...inner('transport', layers.transport),
  ...layers.client
    .slice(1)
    .map(
      (folder, at) =>
        [
          `src/client/${folder}-imports-only-below`,
          `src/client/${folder}/to-above.ts`,
          `../${layers.client[at] ?? ''}/port.js`,
        ] as const,
    ),
  ...layers.indexed.map(
    (folder) => [`${folder}-through-its-index`, `src/past-${folder}.ts`, `./${folder}/inside.js`] as const,
  ),
  ['kafka-client-in-adapter-only', 'src/transport/to-client.ts', 'kafkajs'],
  ['publishing-on-demand', 'src/telemetry/to-publishing.ts', '../publishing/index.js'],
  ['kafka-client-in-adapter-only', 'src/health/to-client.ts', 'kafkajs'],
  ['kafka-client-in-adapter-only', 'src/transport/to-codec.ts', 'kafkajs-snappy'],
  ['kafka-client-in-adapter-only', 'src/client/protocol/to-client.ts', 'kafkajs'],
  ['codec-in-client-only', 'src/transport/to-lz4.ts', 'lz4-napi'],
  ['service-through-the-entries', 'src/main.ts', './service/start-service.js'],
  ['service-through-the-entries', 'src/app.module.ts', './transport/index.js'],
  ['service-through-the-entries', 'src/processing/orders/to-config.ts', '../../config/index.js'],
  ['services-know-no-transport', 'src/processing/orders/a.service.ts', '@nestjs/microservices'],
  ['services-know-no-transport', 'src/processing/orders/b.service.ts', '../../index.js'],
  ['services-know-no-transport', 'src/processing/orders/c.service.ts', '../../offsets/index.js'],
  ['services-know-no-transport', 'src/processing/orders/d.service.ts', 'kafkajs'],
  ['services-know-no-transport', 'src/processing/orders/e.service.ts', '../../idempotency/index.js'],
  ['database-knows-no-transport', 'src/database/to-kafka.ts', '../transport/index.js'],
  ['database-knows-no-transport', 'src/database/to-idempotency.ts', '../idempotency/index.js'],
  ['database-knows-no-transport', 'src/database/to-transport.ts', '@nestjs/microservices'],
  ['database-driver-in-adapter-only', 'src/processing/orders/to-driver.ts', 'pg'],
  ['database-driver-in-adapter-only', 'src/database/to-driver.ts', 'pg'],
  ['database-driver-in-adapter-only', 'src/idempotency/to-embedded.ts', '@electric-sql/pglite'],
  ['idempotency-on-demand', 'src/health/to-idempotency.ts', '../idempotency/index.js'],
  ['idempotency-on-demand', 'src/transport/to-database.ts', '../database/index.js'],
  ['ops-loaded-on-demand', 'src/health/to-ops.ts', '../ops/index.js'],
  ['ops-loaded-on-demand', 'src/health/to-swagger.ts', '@nestjs/swagger'],
  ['ops-knows-no-business', 'src/ops/to-orders.ts', '../processing/orders/orders.controller.js'],
  ['config-stands-alone', 'src/config/to-core.ts', '../pipeline/index.js'],
  ['src-imports-no-tooling', 'src/health/to-tools.ts', '../../tools/kafka/broker.js'],
  ['src-imports-no-tooling', 'src/health/to-test.spec.ts', '../../test/support/topic.js'],
  ['no-dev-dependency-at-run-time', 'src/health/to-dev.ts', 'fast-check'],
  ['no-dev-dependency-at-run-time', 'src/database/postgres.ts', '@electric-sql/pglite'],
  ['no-undeclared-package', 'src/health/to-undeclared.ts', 'express'],
  ['no-unresolvable-import', 'src/health/to-nowhere.ts', './nowhere.js'],
  ['no-cycle', 'src/health/one.ts', './two.js'],
];

/** The import that completes the cycle; a cycle is reported once. */
const cycle = ['src/health/two.ts', './one.js'] as const;

/** Imports that the rules must allow. */
const allowed: readonly (readonly [from: string, to: string])[] = [
  ['src/cli.ts', './app.module.js'],
  ['src/cli.ts', './service/index.js'],
  ['src/pipeline/dispatch/lanes.ts', '../records/record.js'],
  ['src/pipeline/commit/offset-tracker.ts', '../time/clock.js'],
  ['src/pipeline/time/backoff.ts', './delay.js'],
  ['src/pipeline/group.ts', './commit/offset-tracker.js'],
  ['src/pipeline/errors/lost.ts', '../../errors/index.js'],
  ['src/pipeline/dispatch/lanes.spec.ts', 'fast-check'],
  ['src/client/kafkajs/client.ts', 'kafkajs'],
  ['src/testing/kafka.ts', '../client/memory/index.js'],
  ['src/testing/module.ts', '../idempotency/index.js'],
  ['src/testing/runner.ts', 'fast-check'],
  ['src/client/kafkajs/codec.ts', 'lz4-napi'],
  ['src/client/protocol/codecs/unpack.ts', 'lz4-napi'],
  ['src/transport/handler.ts', '@nestjs/microservices'],
  ['src/processing/orders/orders.controller.ts', '../../index.js'],
  ['src/processing/orders/orders.service.ts', 'rxjs'],
  ['src/offsets/offsets.service.ts', '@nestjs/microservices'],
  ['src/database/pool.ts', '../config/index.js'],
  ['src/database/errors.ts', '../errors/index.js'],
  ['src/database/pglite.ts', '@electric-sql/pglite'],
  ['src/idempotency/testing/promises.ts', 'fast-check'],
  ['src/idempotency/index.ts', '../database/index.js'],
  ['src/idempotency/key.ts', '../transport/index.js'],
  ['src/processing/orders/orders.module.ts', '../../idempotency/index.js'],
  ['src/processing/orders/stock.service.ts', '../../database/index.js'],
  ['src/config/config.ts', 'node:fs'],
  ['src/config/config-error.ts', '../errors/index.js'],
  ['src/ops/index.ts', '@nestjs/swagger'],
  ['tools/kafka/broker.ts', 'kafkajs'],
  ['test/support/topic.ts', 'fast-check'],
];

/** Imports that the rules allow because they use `import()`. */
const allowedOnDemand: readonly (readonly [from: string, to: string])[] = [
  ['src/service/start-service.ts', '../ops/ops.module.js'],
];

const orphan = 'src/health/orphan.ts';

/** Dependencies like those of this project; express is installed but not declared, like any transitive dependency. */
const dependencies = [
  'rxjs',
  'kafkajs',
  'kafkajs-snappy',
  'lz4-napi',
  'pg',
  '@nestjs/microservices',
  '@nestjs/swagger',
];
const devDependencies = ['fast-check', '@electric-sql/pglite'];
const undeclared = ['express'];

describe('the import rules', () => {
  const project = mkdtempSync(join(tmpdir(), 'import-rules-'));
  let violations: readonly Violation[];

  beforeAll(() => {
    layOut(project);
    violations = cruise(project);
  }, 60_000);

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  it.each(forbidden)('the import rule %s reports %s importing %s', (rule, from) => {
    expect(rulesBrokenBy(from)).toContain(rule);
  });

  it('the import rule no-orphan reports a file of src that is not imported and imports no other file', () => {
    expect(rulesBrokenBy(orphan)).toEqual(['no-orphan']);
  });

  it.each([...allowed, ...allowedOnDemand])('the import rules let %s import %s', (from) => {
    expect(rulesBrokenBy(from)).toEqual([]);
  });

  it('every import rule is tested in this spec', () => {
    const { forbidden: rules } = require('../../.dependency-cruiser.cjs') as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const proven = new Set(['no-orphan', ...forbidden.map(([rule]) => rule)]);
    expect(rules.map(({ name }) => name).filter((name) => !proven.has(name))).toEqual([]);
  });

  function rulesBrokenBy(file: string): string[] {
    return violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
  }
});

function layOut(project: string): void {
  const imports = [...forbidden.map(([, from, to]) => [from, to] as const), cycle, ...allowed];
  // Type-only imports, which an analysis of the compiled code would miss.
  for (const [from, to] of imports) write(project, from, `import type * as _ from '${to}';\n`);
  for (const [from, to] of allowedOnDemand) write(project, from, `await import('${to}');\n`);
  // Targets must exist, since an unresolved import has no path to check.
  const written = new Set([...imports, ...allowedOnDemand].map(([from]) => from));
  for (const [from, to] of [...imports, ...allowedOnDemand]) {
    const target = join(dirname(from), to).replace(/\.js$/, '.ts');
    if (to.startsWith('.') && !to.endsWith('nowhere.js') && !written.has(target))
      write(project, target, 'export {};\n');
  }
  write(project, orphan, 'export {};\n');
  for (const name of [...dependencies, ...devDependencies, ...undeclared]) {
    const manifest = { name, version: '1.0.0', main: 'index.js' };
    write(project, `node_modules/${name}/package.json`, JSON.stringify(manifest));
    write(project, `node_modules/${name}/index.js`, '');
  }
  const declared = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const manifest = { dependencies: declared(dependencies), devDependencies: declared(devDependencies) };
  write(project, 'package.json', JSON.stringify({ name: 'fixture', type: 'module', ...manifest }));
}

function write(project: string, file: string, content: string): void {
  const path = join(project, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function cruise(project: string): readonly Violation[] {
  const cli = join(root, 'node_modules/.bin/depcruise');
  const config = join(root, '.dependency-cruiser.cjs');
  const args = [cli, 'src', 'tools', 'test', '--config', config, '--output-type', 'json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  if (stdout === '') throw new Error(`dependency-cruiser printed no result: ${stderr}`);
  const { summary } = JSON.parse(stdout) as {
    readonly summary: { readonly violations: readonly Violation[] };
  };
  return summary.violations;
}
