import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './project.js';

/**
 * The folder of this name in the user's cache, created by `install` if it is missing. Installs elsewhere and moves it:
 * an interrupted installation is never mistaken for a complete one.
 */
export async function installOnce(name: string, install: (folder: string) => Promise<void>): Promise<string> {
  const home = path.join(cacheFolder(), name);
  if (existsSync(home)) return home;
  await mkdir(cacheFolder(), { recursive: true });
  const fresh = await mkdtemp(path.join(cacheFolder(), `${name}.partial-`));
  try {
    await install(fresh);
    await rename(fresh, home);
  } catch (error) {
    // Another process may have installed the same at the same time.
    if (!existsSync(home)) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return home;
}
