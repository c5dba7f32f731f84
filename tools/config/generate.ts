import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { documentsOf } from './documents.js';

/**
 * Writes `.env.example`, the tables of docs/configuration.md and the manifest of the alerts. With `--check` it only reports
 * whether they are current.
 */
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = process.cwd();
const stale = (await documentsOf(root)).filter(({ current, wanted }) => current !== wanted);

for (const { path, wanted } of stale) {
  const name = relative(root, path);
  if (values.check) {
    console.error(`${name} is not current; build, then run: node dist/tools/config/generate.js`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, wanted);
    console.log(`${name} written`);
  }
}
if (stale.length === 0) console.log('all generated files are current');
