import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../../../..');
/** Code that patches share. */
const SHARED = new Set(['index.ts', 'install-once.ts', 'fetch-version.ts']);

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

const specs = new Set(
  sourcesIn(join(root, 'src/client'))
    .map((file) => basename(file))
    .filter((name) => name.endsWith('.spec.ts')),
);
const patches = sourcesIn(import.meta.dirname)
  .filter((file) => !file.endsWith('.spec.ts') && !SHARED.has(basename(file)))
  .map((file) => [basename(file), readFileSync(file, 'utf8')] as const);

describe('a patch of kafkajs', () => {
  test.each(patches)(
    'a patch of kafkajs in %s names its defect, its effect, its test and what makes it unnecessary',
    (_, source) => {
      const [comment, ...others] = source.match(/ \* - Defect: .+? \*\//gs) ?? [];
      expect(others).toEqual([]);
      expect(comment).toMatch(/ - Effect: .+ - Test: .+ - Unnecessary when /s);
    },
  );

  test.each(patches)('a patch of kafkajs in %s names tests that exist', (_, source) => {
    const [named = ''] = source.match(/- Test: .+?(?= \* - Unnecessary)/s) ?? [];
    const files = [...named.matchAll(/`([^`]+\.(?:spec|test|proof)\.ts)`/g)].map(([, file]) => file ?? '');
    const missing = files.filter((file) => !specs.has(file) && !existsSync(join(root, file)));
    expect(missing).toEqual([]);
    expect(files).not.toEqual([]);
  });
});
