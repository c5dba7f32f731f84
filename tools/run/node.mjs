import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './root.mjs';

/**
 * The Node to run with: the devDependency, or the current one if it is new enough, since an installation with
 * --ignore-scripts lacks the devDependency.
 * @throws if neither can be used
 */
export function projectNode() {
  const pinned = path.join(root, 'node_modules/.bin/node');
  if (spawnSync(pinned, ['--version'], { stdio: 'ignore' }).status === 0) return pinned;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.execPath;
  throw new Error(
    `node_modules/.bin/node does not run (were install scripts off?) and Node ${process.versions.node} is older ` +
      'than 22.15: run `npm rebuild node`, or use Node 22.15 or newer.',
  );
}
