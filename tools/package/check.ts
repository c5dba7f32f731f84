/**
 * Checks the declaration files of the package with the compiler, the packed package with publint and attw, and its
 * public API with api-extractor against the reports in `packages/nestjs-kafka-transport/etc`:
 * `node dist/tools/package/check.js [--update]`; `--update` writes the reports.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { run } from '../cli.js';
import { installOnce } from '../install-once.js';
import { execute } from '../kafka/index.js';
import { projectName, projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';
import { declarationErrors } from './declarations.js';

const Manifest = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string() })])),
});

const here = path.join(projectRoot, 'tools/package');
const LIMIT_MS = 5 * 60_000;

await run(async () => {
  await mustRun('node', [path.join(here, 'build.mjs')]);
  const errors = declarationErrors(await entries());
  if (errors.length > 0) throw new ToolError('PACKAGE_CHECK_FAILED', errors.join('\n'));
  const tools = await checkers();
  const folder = await mkdtemp(path.join(os.tmpdir(), `${projectName}-package-`));
  try {
    await mustRun('npm', ['pack', '--workspace', 'nestjs-kafka-transport', '--pack-destination', folder]);
    const [tarball = ''] = await readdir(folder);
    const file = path.join(folder, tarball);
    const program = (name: string): string => path.join(tools, 'node_modules/.bin', name);
    await mustRun(program('publint'), ['run', file, '--strict']);
    // Only as ES modules: a stated choice.
    await mustRun(program('attw'), [file, '--profile', 'esm-only', '--no-emoji']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await mustRun('node', [path.join(here, 'api-report.mjs'), tools, ...process.argv.slice(2)]);
  console.log('declarations, publint, attw and api-extractor: no problems');
  return 0;
});

/** The declaration files of the package's entries. */
async function entries(): Promise<string[]> {
  const folder = path.join(projectRoot, 'packages/nestjs-kafka-transport');
  const { exports } = Manifest.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
  return Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : path.join(folder, entry.types),
  );
}

/** The folder with the checkers, locked by `tools/package/checks/package-lock.json` and installed once per version. */
async function checkers(): Promise<string> {
  const source = path.join(here, 'checks');
  const lock = await readFile(path.join(source, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  return installOnce(`package-checks-${version}`, async (folder) => {
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(path.join(source, file), path.join(folder, file));
    }
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await mustRun('npm', ['ci', '--prefix', folder, ...quietly]);
  });
}

/** @throws ToolError `PACKAGE_CHECK_FAILED` with the output of the command */
async function mustRun(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await execute(command, args, { timeoutMs: LIMIT_MS });
  if (code === 0) return;
  const name = path.basename(command === 'node' ? (args[0] ?? command) : command);
  throw new ToolError('PACKAGE_CHECK_FAILED', `${name} ended with ${code}:\n${stdout}${stderr}`);
}
