import { spawn } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { root } from './root.mjs';

const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.built-from');
const settings = ['package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];

/** Builds `dist` when a source is newer than it. */
export async function ensureBuilt(node) {
  if (isFresh()) return;
  await withLock(async () => {
    if (isFresh()) return;
    console.error('Building ...');
    await build(node);
  });
}

/**
 * Builds beside `dist` and swaps the two: a process of another invocation never meets a half-written `dist`,
 * and a failed build leaves the last good one.
 */
async function build(node) {
  for (const name of readdirSync(root)) {
    if (name.startsWith('.dist-')) rmSync(path.join(root, name), { recursive: true, force: true });
  }
  // One level below the root, as dist is, so that the sources named in source maps stay right.
  const fresh = path.join(root, `.dist-${process.pid}`);
  const old = `${fresh}-old`;
  const config = path.join(root, `.dist-${process.pid}.json`);
  const began = new Date();
  try {
    writeFileSync(
      config,
      JSON.stringify({ extends: './tsconfig.build.json', compilerOptions: { outDir: fresh } }),
    );
    await run(node, 'node_modules/@nestjs/cli/bin/nest.js', 'build', '--path', path.basename(config));
    await run(node, 'tools/bundle/main.mjs', path.basename(fresh));
    writeFileSync(path.join(fresh, '.built-from'), '');
    utimesSync(path.join(fresh, '.built-from'), began, began);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    for (const leftover of [config, fresh, old]) rmSync(leftover, { recursive: true, force: true });
  }
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const newest = [
    ...settings.map((name) => mtime(path.join(root, name))),
    newestIn(path.join(root, 'src')),
    newestIn(path.join(root, 'tools')),
    newestIn(path.join(root, 'test/reliability')),
  ];
  return Math.max(...newest) <= built;
}

function newestIn(folder) {
  // A folder's own time tells of a file that was removed.
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return newestIn(file);
    return /\.(ts|mjs)$/.test(entry.name) ? mtime(file) : 0;
  });
  return Math.max(mtime(folder), ...times);
}

function mtime(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function run(node, ...args) {
  const child = spawn(node, args, { cwd: root, stdio: ['ignore', 2, 2] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`The build failed (${signal ?? `exit code ${code}`}); its message is above.`));
    });
  });
}
