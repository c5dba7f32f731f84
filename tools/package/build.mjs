/** Builds the package from the sources: `node tools/package/build.mjs`. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';
import { packagePages } from './pages.mjs';

const folder = path.join(root, 'packages/nestjs-kafka-transport');
const docs = path.join(folder, 'docs');
for (const built of [path.join(folder, 'dist'), docs]) rmSync(built, { recursive: true, force: true });
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.lib.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
mkdirSync(docs);
for (const [name, text] of packagePages()) writeFileSync(path.join(docs, name), text);
copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
