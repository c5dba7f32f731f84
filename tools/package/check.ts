/**
 * Checks the declaration files of the package with the compiler, the packed package with publint and attw, its public
 * API with api-extractor against the reports in `packages/nestjs-kafka-transport/etc`, and the packed generator with
 * publint: `node dist/tools/package/check.js [--update]`; `--update` writes the reports. Also makes the next version in
 * a copy.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { run } from '../cli.js';
import { projectName, projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';
import { checkers, mustRun } from './checkers.js';
import { declarationErrors } from './declarations.js';
import { tryVersion } from './try-version.js';

const Manifest = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string() })])),
});

const here = path.join(projectRoot, 'tools/package');
await run(async () => {
  for (const build of ['build.mjs', 'build-generator.mjs']) await mustRun('node', [path.join(here, build)]);
  const errors = declarationErrors(await entries());
  if (errors.length > 0) throw new ToolError('PACKAGE_CHECK_FAILED', errors.join('\n'));
  const tools = await checkers();
  const folder = await mkdtemp(path.join(os.tmpdir(), `${projectName}-package-`));
  try {
    const program = (name: string): string => path.join(tools, 'node_modules/.bin', name);
    for (const name of ['nestjs-kafka-transport', 'create-nestjs-kafka-consumer']) {
      await mustRun('npm', ['pack', path.join(projectRoot, 'packages', name), '--pack-destination', folder]);
    }
    for (const tarball of await readdir(folder)) {
      const file = path.join(folder, tarball);
      await mustRun(program('publint'), ['run', file, '--strict']);
      // Only as ES modules: a stated choice. The generator is a program without exports.
      if (!tarball.startsWith('create-')) {
        await mustRun(program('attw'), [file, '--profile', 'esm-only', '--no-emoji']);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await mustRun('node', [path.join(here, 'api-report.mjs'), tools, ...process.argv.slice(2)]);
  await tryVersion();
  console.log('declarations, publint, attw, api-extractor and changesets: no problems');
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
