import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const module = pathToFileURL(path.join(import.meta.dirname, 'sources.mjs')).href;
const { sourcesDigest } = (await import(module)) as { sourcesDigest: (root: string) => string };

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sources-'));
  mkdirSync(path.join(root, 'src/testing'), { recursive: true });
  write('src/main.ts', 'main');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(path.join(root, name), text);
}

test('a build is current if only the modification times of its sources have changed', () => {
  const before = sourcesDigest(root);
  utimesSync(path.join(root, 'src/main.ts'), new Date(), new Date(Date.now() + 60_000));
  expect(sourcesDigest(root)).toBe(before);
});

test('a build is current if only specs and their helpers have changed', () => {
  const before = sourcesDigest(root);
  write('src/main.spec.ts', 'spec');
  write('src/testing/helper.ts', 'helper');
  expect(sourcesDigest(root)).toBe(before);
});

test.each([
  ['a source has changed', () => write('src/main.ts', 'changed')],
  ['a source was added', () => write('src/other.ts', 'main')],
  [
    'a source was renamed',
    () => renameSync(path.join(root, 'src/main.ts'), path.join(root, 'src/renamed.ts')),
  ],
  ['a dependency has changed', () => write('package-lock.json', '{}')],
])('a build is not current if %s', (_what, change) => {
  const before = sourcesDigest(root);
  change();
  expect(sourcesDigest(root)).not.toBe(before);
});
