import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { root } from './root.mjs';
import { sourcesDigest } from './sources.mjs';

const dist = path.join(root, 'dist');
/** Contains the digest of the sources that `dist` was built from. */
const stamp = '.built-from';

/** Builds `dist` unless it was built from the current sources. */
export async function ensureBuilt(node) {
  if (isCurrent()) return;
  await withLock(async () => {
    if (isCurrent()) return;
    console.error('Building ...');
    await replaceDist(node);
  });
}

/** Builds `dist`. */
export async function build(node) {
  await withLock(() => replaceDist(node));
}

/**
 * Builds into another folder and swaps it with `dist`: other processes never see an incomplete `dist`, and a failed
 * build leaves the last good one.
 */
async function replaceDist(node) {
  for (const name of readdirSync(root)) {
    if (/^\.dist-\d/.test(name)) rmSync(path.join(root, name), { recursive: true, force: true });
  }
  // One level below the root like dist, so that the paths in source maps stay correct.
  const fresh = path.join(root, `.dist-${process.pid}`);
  const old = `${fresh}-old`;
  const config = path.join(root, `.dist-${process.pid}.json`);
  const digest = sourcesDigest(root);
  try {
    writeFileSync(
      config,
      JSON.stringify({ extends: './tsconfig.build.json', compilerOptions: { outDir: fresh } }),
    );
    await run(node, 'node_modules/@nestjs/cli/bin/nest.js', 'build', '--path', path.basename(config));
    await run(node, 'tools/bundle/main.mjs', path.basename(fresh));
    writeFileSync(path.join(fresh, stamp), digest);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    for (const leftover of [config, fresh, old]) rmSync(leftover, { recursive: true, force: true });
  }
}

function isCurrent() {
  const file = path.join(dist, stamp);
  return existsSync(file) && readFileSync(file, 'utf8') === sourcesDigest(root);
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
