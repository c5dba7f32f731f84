/** Installs this folder's own dependencies, then runs the benchmarks. Started by `npm run bench`. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const home = import.meta.dirname;
const installed = path.join(home, 'node_modules/.package-lock.json');
const wanted = path.join(home, 'package-lock.json');

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) {
  console.error('Installing the peers (npm ci in benchmarks/) ...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: home,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error('npm ci in benchmarks/ failed; its message is above.');
    process.exit(1);
  }
}

const { main } = await import('./cli.mjs');
process.exit(await main(process.argv.slice(2)));
