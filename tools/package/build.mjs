/** Builds the package from the sources: `node tools/package/build.mjs`. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';

const folder = path.join(root, 'packages/nestjs-kafka-transport');
rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.lib.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
