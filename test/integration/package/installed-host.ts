import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../tools/project.js';
import { HostProcess, type HostStart } from './host-process.js';
import { QUIET, run } from './packing.js';

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
/** Peers of the entries `./service`, `./service/module` and `./ops`. */
const SERVICE_DEPENDENCIES = [
  '@nestjs/config',
  '@nestjs/swagger',
  '@opentelemetry/api',
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/core',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  'cli-table3',
  'helmet',
  'nestjs-pino',
  'pino',
  'pino-http',
  'pino-pretty',
];
const TEST_DEPENDENCIES = ['@nestjs/testing', '@swc/core', '@swc/jest', '@types/jest', 'jest'];

/** A folder with a Nest application that has installed the packed package. */
export class InstalledHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'kafka-host-'));

  /** @param type the module system that its package.json names */
  constructor(private readonly type: 'module' | 'commonjs') {}

  /** Installs the package beside the application, and compiles that. npm decides where packages come from. */
  async install(tarball: string): Promise<void> {
    cpSync(join(import.meta.dirname, 'host'), this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify(this.#manifest(tarball)));
    await run('npm', ['install', ...QUIET], this.folder);
    await run('node', [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', '.'], this.folder);
  }

  /** Runs the application's own tests; returns Jest's report. */
  async test(): Promise<unknown> {
    const jest = join(this.folder, 'node_modules/jest/bin/jest.js');
    return JSON.parse(
      await run(process.execPath, ['--experimental-vm-modules', jest, '--json'], this.folder),
    );
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
    const others = this.type === 'module' ? SERVICE_DEPENDENCIES : TEST_DEPENDENCIES;
    const names = [...DEPENDENCIES, ...others];
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
