import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { documentedExample } from '../../../tools/documents/example.js';
import { projectRoot } from '../../../tools/project.js';
import { packTransport, QUIET, run } from './packing.js';

jest.setTimeout(180_000);

/** Without HTTP, metrics, health checks and a database: the entry for tests needs none of them. */
const DEPENDENCIES = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/microservices',
  '@nestjs/testing',
  '@types/node',
  'reflect-metadata',
  'rxjs',
];
const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    types: ['node'],
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    outDir: 'dist',
  },
  files: ['payments.test.ts'],
};

const folder = mkdtempSync(join(tmpdir(), 'kafka-testing-'));
beforeAll(async () => {
  const tarball = await packTransport(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest(tarball)));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, 'payments.test.ts'), documentedExample('docs/testing.md'));
  await run('npm', ['install', ...QUIET], folder);
  await run('node', [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the documented test runs with node:test and the packed package, without a broker', async () => {
  const output = await run('node', ['--test', '--test-reporter=tap', 'dist/payments.test.js'], folder);
  expect(output).toContain('# pass 2\n# fail 0');
});

function manifest(tarball: string): object {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(projectRoot, 'package.json'), 'utf8'),
  );
  const versions: Record<string, string> = { ...devDependencies, ...dependencies };
  return {
    private: true,
    type: 'module',
    dependencies: {
      ...Object.fromEntries(DEPENDENCIES.map((name) => [name, versions[name]])),
      'nestjs-kafka-transport': `file:${tarball}`,
    },
  };
}
