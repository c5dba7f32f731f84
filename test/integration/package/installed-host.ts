import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../tools/project.js';
import { HostProcess, type HostStart } from './host-process.js';

/** What the application depends on besides the package; the versions are those of this project. */
const DEPENDENCIES = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/terminus',
  '@types/node',
  'kafkajs',
  'prom-client',
  'reflect-metadata',
  'rxjs',
];
const TEST_DEPENDENCIES = ['@nestjs/testing', '@swc/core', '@swc/jest', '@types/jest', 'jest'];
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** A folder with a Nest application that has installed the packed package. */
export class InstalledHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'kafka-host-'));

  /** @param type the module system that its package.json names */
  constructor(private readonly type: 'module' | 'commonjs') {}

  /** Installs the package beside the application, and compiles that. npm decides where packages come from. */
  install(tarball: string): void {
    cpSync(join(import.meta.dirname, 'host'), this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify(this.#manifest(tarball)));
    run('npm', ['install', ...QUIET], this.folder);
    run('node', [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', '.'], this.folder);
  }

  /** Runs the application's own tests; returns Jest's report. */
  test(): unknown {
    const jest = join(this.folder, 'node_modules/jest/bin/jest.js');
    return JSON.parse(run(process.execPath, ['--experimental-vm-modules', jest, '--json'], this.folder));
  }

  start(how: HostStart): HostProcess {
    return new HostProcess(this.folder, how);
  }

  /** The text of a file that is installed there. */
  read(path: string): string {
    return readFileSync(join(this.folder, 'node_modules', path), 'utf8');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #manifest(tarball: string): object {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(projectRoot, 'package.json'), 'utf8'),
    );
    const versions: Record<string, string> = { ...devDependencies, ...dependencies };
    const names = this.type === 'module' ? DEPENDENCIES : [...DEPENDENCIES, ...TEST_DEPENDENCIES];
    return {
      private: true,
      type: this.type,
      dependencies: {
        ...Object.fromEntries(names.map((name) => [name, versions[name]])),
        'nestjs-kafka-transport': `file:${tarball}`,
      },
    };
  }
}

/** Builds and packs the package; returns the path of the tarball. */
export function pack(folder: string): string {
  run('node', [join(projectRoot, 'tools/package/build.mjs')], projectRoot);
  const args = ['pack', '--json', '--workspace', 'nestjs-kafka-transport', '--pack-destination', folder];
  const [packed]: { filename: string }[] = JSON.parse(run('npm', args, projectRoot));
  if (!packed) throw new Error('npm pack has packed nothing');
  return join(folder, packed.filename);
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
