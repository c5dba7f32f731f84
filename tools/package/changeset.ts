/** Runs the program of Changesets: `npm run changeset` writes a changeset, `-- status` lists what is not released. */
import { spawnSync } from 'node:child_process';
import { run } from '../cli.js';
import { projectRoot } from '../project.js';
import { changesetProgram } from './checkers.js';

await run(async () => {
  const args = [await changesetProgram(), ...process.argv.slice(2)];
  return spawnSync(process.execPath, args, { cwd: projectRoot, stdio: 'inherit' }).status ?? 1;
});
