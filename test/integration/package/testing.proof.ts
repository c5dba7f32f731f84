import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { documentedExample } from '../../../tools/documents/example.js';
import { projectRoot } from '../../../tools/project.js';

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
const npmInstall = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--loglevel=error',
];

beforeAll(() => {
  run('node', [join(projectRoot, 'tools/package/build.mjs')], projectRoot);
  const pack = ['pack', '--json', '--workspace', 'nestjs-kafka-transport', '--pack-destination', folder];
  const [packed]: { filename: string }[] = JSON.parse(run('npm', pack, projectRoot));
  if (!packed) throw new Error('npm pack has packed nothing');
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest(packed.filename)));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, 'payments.test.ts'), documentedExample('docs/testing.md'));
  run('npm', npmInstall, folder);
  run('node', [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the documented test runs with node:test and the packed package, without a broker', () => {
  const output = run('node', ['--test', '--test-reporter=tap', 'dist/payments.test.js'], folder);
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

/** Runs a program to its end; its output is part of the error if it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error);
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
