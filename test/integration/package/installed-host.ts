import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../tools/project.js';
import { waitFor } from '../../support/kafka.js';

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

/** A folder with a Nest application that has installed the packed package. */
export class InstalledHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'kafka-host-'));

  /** Packs the package, installs it beside the application, and compiles that. npm decides where packages come from. */
  install(): void {
    run('node', [join(projectRoot, 'tools/package/build.mjs')], projectRoot);
    const pack = [
      'pack',
      '--json',
      '--workspace',
      'nestjs-kafka-transport',
      '--pack-destination',
      this.folder,
    ];
    const [packed]: { filename: string }[] = JSON.parse(run('npm', pack, projectRoot));
    if (!packed) throw new Error('npm pack has packed nothing');
    cpSync(join(import.meta.dirname, 'host'), this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify(manifest(packed.filename)));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    run('npm', ['install', ...quiet], this.folder);
    run('node', [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', '.'], this.folder);
  }

  start(env: Readonly<Record<string, string>>): HostProcess {
    return new HostProcess(this.folder, env);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The application, running. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  output = '';

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ['dist/main.js'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Its base URL, once it listens. */
  url(): Promise<string> {
    return waitFor(
      () => {
        if (this.#child.exitCode !== null) throw new Error(this.output);
        return /listening at (\S+)/.exec(this.output)?.[1];
      },
      { what: 'the application to listen', timeoutMs: 30_000 },
    );
  }

  /** Sends SIGTERM; resolves with its exit code. */
  async terminate(): Promise<unknown> {
    this.#child.kill('SIGTERM');
    const [code] = await this.#ended;
    return code;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

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
