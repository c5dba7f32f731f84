import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lists all files below a directory, without following links.
 *
 * @param {string} root
 * @returns {{ path: string, size: number, mtimeMs: number }[]} with sizes in bytes
 */
export function listFiles(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const { size, mtimeMs } = lstatSync(path);
      return { path, size, mtimeMs };
    });
}

/** Returns the paths of files that were written between two lists of a directory. */
export function changedFiles(before, after) {
  const known = new Map(before.map(({ path, mtimeMs }) => [path, mtimeMs]));
  return after.filter(({ path, mtimeMs }) => known.get(path) !== mtimeMs).map(({ path }) => path);
}
