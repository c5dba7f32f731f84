import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from '../install-once.js';
import { execute } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';

const LIMIT_MS = 5 * 60_000;

/** The folder with the checkers, locked by `tools/package/checks/package-lock.json` and installed once per version. */
export async function checkers(): Promise<string> {
  const source = path.join(projectRoot, 'tools/package/checks');
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

/** The program of Changesets. */
export async function changesetProgram(): Promise<string> {
  return path.join(await checkers(), 'node_modules/@changesets/cli/bin.js');
}

/** @throws ToolError `PACKAGE_CHECK_FAILED` with the output of the command */
export async function mustRun(command: string, args: readonly string[], cwd?: string): Promise<void> {
  const limits = { timeoutMs: LIMIT_MS, ...(cwd !== undefined && { cwd }) };
  const { code, stdout, stderr } = await execute(command, args, limits);
  if (code === 0) return;
  const name = path.basename(command === 'node' ? (args[0] ?? command) : command);
  throw new ToolError('PACKAGE_CHECK_FAILED', `${name} ended with ${code}:\n${stdout}${stderr}`);
}
