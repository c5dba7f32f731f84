import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { root } from './root.mjs';

const wanted = path.join(root, 'package-lock.json');
const installed = path.join(root, 'node_modules/.package-lock.json');

/** Runs `npm ci` if the installed packages differ from package-lock.json. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(async () => {
    if (isInstalled()) return;
    console.error('Installing dependencies (npm ci) ...');
    await npmCi();
  });
}

function isInstalled() {
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return true;
  // A checkout changes the time of the lockfile without changing its content.
  return samePackages();
}

function samePackages() {
  const want = JSON.parse(readFileSync(wanted, 'utf8')).packages ?? {};
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages ?? {};
  const alike = (name) => want[name]?.version === have[name]?.version;
  // Nothing is installed for the packages that are published from here; their dependencies have entries of their own.
  const isInstalledFrom = (name) => name !== '' && !name.startsWith('packages/');
  const needed = Object.keys(want).filter((name) => isInstalledFrom(name) && !want[name].optional);
  return needed.every(alike) && Object.keys(have).filter(isInstalledFrom).every(alike);
}

function npmCi() {
  const npm = process.env.npm_execpath;
  const [command, args] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  // Only errors: npm would warn about this Node's version, although the packages run on the pinned one.
  const child = spawn(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // On stderr, because stdout belongs to the script that is run.
    stdio: ['ignore', 2, 2],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}); its message is above.`));
    });
  });
}
