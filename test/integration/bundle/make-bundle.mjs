/** Creates a bundle like `dist/bundle` with other handlers: `node make-bundle.mjs HANDLERS FOLDER`. */
import path from 'node:path';
import { bundle, root } from '../../../tools/bundle/bundle.mjs';

const [handlers, folder] = process.argv.slice(2);
await bundle(path.join(root, 'dist/src/main.js'), folder, (file, source) =>
  file.endsWith('/processing/processing.module.js')
    ? `export { ProcessingModule } from ${JSON.stringify(handlers)};`
    : source,
);
