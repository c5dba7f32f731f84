import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectName } from '../project.js';
import { afterwards } from './keeper.js';

/** The given folder, or a temporary one that is removed when this process ends. */
export async function dataFolder(dataDir?: string): Promise<{ home: string; remove?: () => Promise<void> }> {
  if (dataDir !== undefined) {
    await mkdir(dataDir, { recursive: true });
    return { home: dataDir };
  }
  const home = await mkdtemp(path.join(os.tmpdir(), `${projectName}-`));
  return { home, remove: afterwards('rm', '-rf', '--', home) };
}

/** Creates an empty folder of this name in `home`; deletes an existing one. */
export async function freshFolder(home: string, name: string): Promise<string> {
  const folder = path.join(home, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  return folder;
}

/** The cluster id of a data folder; created at the first start and kept. */
export async function clusterIdOf(home: string): Promise<string> {
  const file = path.join(home, 'cluster-id');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const id = randomBytes(16).toString('base64url');
  await writeFile(file, id);
  return id;
}
