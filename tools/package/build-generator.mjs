/** Builds the generator and its template: `node tools/package/build-generator.mjs`. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';
import { templateFiles } from './template.mjs';

const folder = path.join(root, 'packages/create-nestjs-kafka-consumer');
rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
// One file: npm leaves out files such as .gitignore and .npmrc when it packs a folder.
const template = JSON.stringify({ version, files: templateFiles() }, undefined, 2);
writeFileSync(path.join(folder, 'dist/template.json'), `${template}\n`);
copyFileSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
