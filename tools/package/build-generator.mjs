/**
 * Builds the generator and its template: `node tools/package/build-generator.mjs [FOLDER]`, by default in the folder of its
 * manifest.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../run/root.mjs';
import { templateFiles } from './template.mjs';

const home = path.join(root, 'packages/create-nestjs-kafka-consumer');
const folder = path.resolve(process.argv[2] ?? home);
rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const args = [tsc, '-p', home, '--outDir', path.join(folder, 'dist')];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
// One file: npm leaves out files such as .gitignore and .npmrc when it packs a folder.
const template = JSON.stringify({ version, files: templateFiles() }, undefined, 2);
writeFileSync(path.join(folder, 'dist/template.json'), `${template}\n`);
cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
if (folder !== home) {
  for (const file of ['package.json', 'README.md']) cpSync(path.join(home, file), path.join(folder, file));
}
