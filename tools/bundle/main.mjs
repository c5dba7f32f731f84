/** Makes the bundle of a build that is there: `node tools/bundle/main.mjs [FOLDER]`, by default of `dist`. */
import path from 'node:path';
import { bundle, root } from './bundle.mjs';

const dist = path.resolve(root, process.argv[2] ?? 'dist');
await bundle(path.join(dist, 'src/main.js'), path.join(dist, 'bundle'));
