import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const settings = ['package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
const folders = ['src', 'tools', 'test/reliability'];

/** A digest of everything that a build depends on: the content of sources and settings, without specs. */
export function sourcesDigest(root) {
  const hash = createHash('sha256');
  for (const name of [...settings, ...folders.flatMap((folder) => sourcesIn(root, folder))]) {
    const file = path.join(root, name);
    if (existsSync(file)) hash.update(`${name}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Like `tsconfig.build.json`: without specs and files that only specs use. */
function sourcesIn(root, folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'testing' ? [] : sourcesIn(root, name);
      return /(?<!\.(spec|test|proof))\.(ts|mjs)$/.test(entry.name) ? [name] : [];
    })
    .toSorted();
}
