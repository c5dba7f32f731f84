/** Bundles an existing build: `node tools/bundle/main.mjs [FOLDER]`, default `dist`. */
import path from 'node:path';
import { bundle, root } from './bundle.mjs';

const dist = path.resolve(root, process.argv[2] ?? 'dist');
await bundle(path.join(dist, 'src/main.js'), path.join(dist, 'bundle'));
