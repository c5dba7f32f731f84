import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execute } from '../../dist/tools/kafka/index.js';
import { projectName } from '../../dist/tools/project.js';

const home = path.join(
  process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'),
  projectName,
  'benchmarks',
);

/**
 * A cached folder that is created once per user and content.
 * @param {string} name
 * @param {string[]} inputs files or other text that it depends on
 * @param {(folder: string) => Promise<void>} make the folder is renamed afterwards, so the content must not contain its own path
 */
export async function cached(name, inputs, make) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(existsSync(input) ? readFileSync(input) : input);
  const folder = path.join(home, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  await mkdir(home, { recursive: true });
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    await make(partial);
    await rename(partial, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

/** Runs a program to its end; the error of a failed one contains the first lines of its output. */
export async function mustRun(command, ...args) {
  const { code, stdout, stderr } = await execute(command, args);
  if (code === 0) return;
  const lines = `${stderr}${stdout}`.trim().split('\n').slice(0, 3).join(' ');
  throw new Error(`${path.basename(command)} failed: ${lines}`);
}
