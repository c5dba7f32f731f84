import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'packages/nestjs-kafka-transport');

const Versions = z.record(z.string(), z.string());
const Manifest = z.object({
  dependencies: Versions,
  devDependencies: Versions.default({}),
  peerDependencies: Versions.default({}),
  exports: z
    .record(z.string(), z.union([z.string(), z.object({ types: z.string(), default: z.string() })]))
    .default({}),
});

function manifestIn(path: string): z.output<typeof Manifest> {
  return Manifest.parse(JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')));
}

const ours = manifestIn(root);
const published = manifestIn(folder);
const { files } = z
  .object({ files: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'tsconfig.lib.json'), 'utf8')));

/** All modules that the sources of the package import, in code or in types. */
function importedPackages(): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = files.map((file) => join(root, file));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    // Without block comments, whose examples import too.
    const source = readFileSync(file, 'utf8').replaceAll(/^ *\/\*[^]*?\*\//gm, '');
    for (const [, name = ''] of source.matchAll(
      /(?:\bfrom |\bimport\(|import\.meta\.url\)\()'([@.\w/-]+)'/g,
    )) {
      if (name.startsWith('.')) waiting.push(sourceOf(resolve(file, '..', name)));
      else if (!isBuiltin(name)) packages.add(packageOf(name));
    }
  }
  return packages;
}

function sourceOf(compiled: string): string {
  const source = compiled.replace(/\.js$/, '.ts');
  return existsSync(source) ? source : compiled.replace(/\.js$/, '.d.ts');
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

describe('the manifest of the package', () => {
  test('the manifest of the package declares every package that its sources import, and no other', () => {
    const declared = [...Object.keys(published.dependencies), ...Object.keys(published.peerDependencies)];
    // The embedded PostgreSQL is for the development of the service; it is not installed with the package.
    const imported = importedPackages();
    imported.delete('@electric-sql/pglite');
    // Types of its declarations, and a peer of Nest itself.
    imported.add('@types/ms');
    imported.add('reflect-metadata');
    // Peers of nestjs-pino, and a target that pino loads by its name.
    for (const name of ['pino', 'pino-http', 'pino-pretty']) imported.add(name);
    expect(declared.toSorted()).toEqual([...imported].toSorted());
  });

  test('the dependencies of the package have the versions that are tested here', () => {
    const tested = { ...ours.devDependencies, ...ours.dependencies };
    const versions = Object.keys(published.dependencies).map((name) => [name, tested[name]]);
    expect(published.dependencies).toEqual(Object.fromEntries(versions));
  });

  test('every entry point of the package is compiled from a source', () => {
    const targets = Object.values(published.exports).flatMap((entry) =>
      typeof entry === 'string' ? [] : [entry.default, entry.types.replace(/\.d\.ts$/, '.js')],
    );
    const sources = targets.map((target) =>
      relative(root, join(root, 'src', target.replace('./dist/', '').replace(/\.js$/, '.ts'))),
    );
    expect(files).toEqual(expect.arrayContaining(sources));
  });
});
