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

/** Each must be reported. */
const forbidden: readonly (readonly [rule: string, from: string, to: string])[] = [
  ['core-imports-only-core', 'src/core/dispatch/to-config.ts', '../../config/config.js'],
  ['core-imports-only-core', 'src/core/dispatch/to-package.ts', 'rxjs'],
  ['core-imports-only-core', 'src/core/dispatch/to-builtin.ts', 'node:timers'],
  ['core-imports-only-core', 'src/core/pipeline/to-package.ts', 'rxjs'],
  ['core-stages-stand-alone', 'src/core/dispatch/to-offsets.ts', '../offsets/tracker.js'],
  ['core-stages-stand-alone', 'src/core/offsets/to-failures.ts', '../failures/backoff.js'],
  ['core-stages-stand-alone', 'src/core/failures/to-dispatch.ts', '../dispatch/lanes.js'],
  ['core-stages-stand-alone', 'src/core/records/to-offsets.ts', '../offsets/tracker.js'],
  ['core-stages-stand-alone', 'src/core/dispatch/to-pipeline.ts', '../pipeline/group.js'],
  ['core-commons-import-no-stage', 'src/core/index.ts', './offsets/tracker.js'],
  ['kafka-client-in-adapter-only', 'src/kafka/to-client.ts', 'kafkajs'],
  ['kafka-client-in-adapter-only', 'src/health/to-client.ts', 'kafkajs'],
  ['kafka-client-in-adapter-only', 'src/kafka/to-codec.ts', 'kafkajs-snappy'],
  ['kafka-client-in-adapter-only', 'src/kafka/to-lz4.ts', 'lz4-napi'],
  ['services-know-no-transport', 'src/processing/orders/a.service.ts', '@nestjs/microservices'],
  ['services-know-no-transport', 'src/processing/orders/b.service.ts', '../../kafka/handler.js'],
  ['services-know-no-transport', 'src/processing/orders/c.service.ts', '../../offsets/offsets.service.js'],
  ['services-know-no-transport', 'src/processing/orders/d.service.ts', 'kafkajs'],
  ['services-know-no-transport', 'src/processing/orders/e.service.ts', '../../idempotency/index.js'],
  ['database-knows-no-transport', 'src/database/to-kafka.ts', '../kafka/handler.js'],
  ['database-knows-no-transport', 'src/database/to-idempotency.ts', '../idempotency/index.js'],
  ['database-knows-no-transport', 'src/database/to-transport.ts', '@nestjs/microservices'],
  ['database-driver-in-adapter-only', 'src/processing/orders/to-driver.ts', 'pg'],
  ['database-driver-in-adapter-only', 'src/database/to-driver.ts', 'pg'],
  ['database-driver-in-adapter-only', 'src/idempotency/to-embedded.ts', '@electric-sql/pglite'],
  ['idempotency-on-demand', 'src/health/to-idempotency.ts', '../idempotency/index.js'],
  ['idempotency-on-demand', 'src/kafka/to-database.ts', '../database/database.js'],
  ['ops-loaded-on-demand', 'src/health/to-ops.ts', '../ops/index.js'],
  ['ops-loaded-on-demand', 'src/health/to-swagger.ts', '@nestjs/swagger'],
  ['ops-knows-no-business', 'src/ops/to-orders.ts', '../processing/orders/orders.controller.js'],
  ['config-stands-alone', 'src/config/to-core.ts', '../core/records/record.js'],
  ['src-imports-no-tooling', 'src/health/to-tools.ts', '../../tools/kafka/broker.js'],
  ['src-imports-no-tooling', 'src/health/to-test.spec.ts', '../../test/support/topic.js'],
  ['no-dev-dependency-at-run-time', 'src/health/to-dev.ts', 'fast-check'],
  ['no-dev-dependency-at-run-time', 'src/database/postgres.ts', '@electric-sql/pglite'],
  ['no-undeclared-package', 'src/health/to-undeclared.ts', 'express'],
  ['no-unresolvable-import', 'src/health/to-nowhere.ts', './nowhere.js'],
  ['no-cycle', 'src/health/one.ts', './two.js'],
];

/** The way back, which makes it a cycle; a cycle is reported once. */
const cycle = ['src/health/two.ts', './one.js'] as const;

/** Imports that the rules must let pass. */
const allowed: readonly (readonly [from: string, to: string])[] = [
  ['src/main.ts', './app.module.js'],
  ['src/app.module.ts', './kafka/handler.js'],
  ['src/core/dispatch/lanes.ts', '../records/record.js'],
  ['src/core/offsets/tracker.ts', '../clock.js'],
  ['src/core/failures/backoff.ts', './delay.js'],
  ['src/core/pipeline/group.ts', '../offsets/tracker.js'],
  ['src/core/dispatch/lanes.spec.ts', 'fast-check'],
  ['src/kafka/kafkajs/client.ts', 'kafkajs'],
  ['src/kafka/kafkajs/codec.ts', 'lz4-napi'],
  ['src/kafka/handler.ts', '@nestjs/microservices'],
  ['src/processing/orders/orders.controller.ts', '../../kafka/handler.js'],
  ['src/processing/orders/orders.service.ts', 'rxjs'],
  ['src/offsets/offsets.service.ts', '@nestjs/microservices'],
  ['src/database/pool.ts', '../config/config.js'],
  ['src/database/pglite.ts', '@electric-sql/pglite'],
  ['src/idempotency/testing/promises.ts', 'fast-check'],
  ['src/idempotency/index.ts', '../database/database.js'],
  ['src/idempotency/key.ts', '../kafka/handler.js'],
  ['src/processing/orders/orders.module.ts', '../../idempotency/index.js'],
  ['src/processing/orders/stock.service.ts', '../../database/database.js'],
  ['src/config/config.ts', 'node:fs'],
  ['src/ops/index.ts', '@nestjs/swagger'],
  ['tools/kafka/broker.ts', 'kafkajs'],
  ['test/support/topic.ts', 'fast-check'],
];

/** Imports that the rules let pass because they are made with `import()`. */
const allowedOnDemand: readonly (readonly [from: string, to: string])[] = [
  ['src/bootstrap.ts', './ops/index.js'],
];

const leaves = [
  'src/core/records/record.ts',
  'src/core/clock.ts',
  'src/core/failures/delay.ts',
  'src/database/database.ts',
];
const orphan = 'src/health/orphan.ts';

/** Dependencies as this project has them; express is installed but not declared, as with any transitive one. */
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

  it.each(forbidden)('%s: reports %s importing %s', (rule, from) => {
    expect(rulesBrokenBy(from)).toContain(rule);
  });

  it('no-orphan: reports a file of src that nobody imports and that imports nothing', () => {
    expect(rulesBrokenBy(orphan)).toEqual(['no-orphan']);
  });

  it.each([...allowed, ...allowedOnDemand])('let %s import %s', (from) => {
    expect(rulesBrokenBy(from)).toEqual([]);
  });

  it('are all proven here', () => {
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
  // Type-only, the kind that a cruise of the compiled code would miss.
  for (const [from, to] of imports) write(project, from, `import type * as _ from '${to}';\n`);
  for (const [from, to] of allowedOnDemand) write(project, from, `await import('${to}');\n`);
  for (const file of [...leaves, orphan]) write(project, file, 'export {};\n');
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
  if (stdout === '') throw new Error(`dependency-cruiser said nothing but: ${stderr}`);
  const { summary } = JSON.parse(stdout) as {
    readonly summary: { readonly violations: readonly Violation[] };
  };
  return summary.violations;
}
