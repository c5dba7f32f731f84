import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json; the same from the sources and from `dist`. */
export const projectRoot = findRoot(path.dirname(fileURLToPath(import.meta.url)));

/** Prefix of the project's resources outside of its folder: cache directory, temporary files, containers. */
export const projectName = 'nestjs-kafka-consumer';

/** The folder of programs and jars that are fetched once per user. */
export function cacheFolder(): string {
  return path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), projectName);
}

/** Resolves a path relative to the caller's folder: npm runs scripts in the project's folder. */
export function fromCaller(file: string): string {
  return path.resolve(process.env['INIT_CWD'] ?? process.cwd(), file);
}

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error('No package.json above this file.');
  return findRoot(parent);
}
