/**
 * Builds the package from the sources: `node tools/package/build.mjs [FOLDER]`, by default in the folder of its manifest.
 * Tests build in folders of their own, since they run concurrently.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';
import { packagePages } from './pages.mjs';

const home = path.join(root, 'packages/nestjs-kafka-transport');
const folder = path.resolve(process.argv[2] ?? home);
const docs = path.join(folder, 'docs');
for (const built of [path.join(folder, 'dist'), docs]) rmSync(built, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const args = [tsc, '-p', path.join(root, 'tsconfig.lib.json'), '--outDir', path.join(folder, 'dist')];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
mkdirSync(docs, { recursive: true });
for (const [name, text] of packagePages()) writeFileSync(path.join(docs, name), text);
cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
if (folder !== home) {
  for (const file of ['package.json', 'README.md']) cpSync(path.join(home, file), path.join(folder, file));
}
