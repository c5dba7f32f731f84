/**
 * Lists the licences of all packages in the image; fails if one is not known to allow use in closed source.
 * `node_modules/.bin/node tools/dependencies/licences.mjs`
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Permissive licences by their SPDX identifiers: they require a notice, not the sources. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);
/** Packages that do not declare their licence in the current format; checked in their LICENSE files. */
const READ_BY_HAND = new Map([
  ['busboy@1.6.0', 'MIT'],
  ['streamsearch@1.1.0', 'MIT'],
]);

const root = resolve(import.meta.dirname, '../..');
const { packages } = JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8'));
const byLicence = new Map();
for (const [path, { dev, link, version, license }] of Object.entries(packages)) {
  // A link leads to a workspace, which is ours.
  if (path === '' || dev || link || path.startsWith('packages/')) continue;
  const name = `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`;
  const licence = license ?? READ_BY_HAND.get(name) ?? 'unknown';
  byLicence.set(licence, [...(byLicence.get(licence) ?? []), name]);
}
for (const [licence, names] of byLicence) console.log(`${String(names.length).padStart(4)} ${licence}`);

const rejected = [...byLicence].filter(([licence]) => !isAllowed(licence));
for (const [licence, names] of rejected) console.error(`${licence} is not allowed: ${names.join(', ')}`);
process.exitCode = rejected.length > 0 ? 1 : 0;

/** Whether an SPDX expression is allowed: one of `(A OR B)` is enough, of `A AND B` both count. */
function isAllowed(expression) {
  return expression
    .replace(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((licence) => ALLOWED.has(licence.trim())));
}
