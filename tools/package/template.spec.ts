import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../project.js';

const module = pathToFileURL(path.join(import.meta.dirname, 'template.mjs')).href;
const { templateFiles } = (await import(module)) as { templateFiles: () => Record<string, string> };
const files = templateFiles();

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(path.join(projectRoot, 'packages', name, 'package.json'), 'utf8')).version;

test('the sources of a generated service import packages that it depends on, and files that it has', () => {
  const { dependencies, devDependencies } = JSON.parse(files['package.json'] ?? '');
  const declared = Object.keys({ ...dependencies, ...devDependencies });
  const imports = Object.entries(files).flatMap(([file, text]) =>
    file.endsWith('.ts')
      ? Array.from(text.matchAll(/(?:from |import\()'([^']+)'/g), ([, name = '']) => ({ file, name }))
      : [],
  );
  const unknown = imports.filter(({ file, name }) =>
    name.startsWith('.')
      ? !(path.posix.join(path.posix.dirname(file), name.replace(/\.js$/, '.ts')) in files)
      : !declared.some((each) => name === each || name.startsWith(`${each}/`)),
  );
  expect(imports.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('no file of a generated service names the reference service', () => {
  const naming = Object.entries(files).filter(([, text]) =>
    /(?<!create[- ])nestjs-kafka-consumer/.test(text),
  );
  expect(naming.map(([file]) => file)).toEqual([]);
});

test('start:dev and start run the same file, which is compiled from a source', () => {
  const { scripts } = JSON.parse(files['package.json'] ?? '');
  const { entryFile } = JSON.parse(files['nest-cli.json'] ?? '');
  expect(files).toHaveProperty([`src/${entryFile}.ts`]);
  expect(scripts.start).toContain(` dist/${entryFile}.js`);
});

test('a generated service has the manifests of this repository', () => {
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining([
      'deploy/base/deployment.yaml',
      'deploy/overlays/development/kustomization.yaml',
      'deploy/overlays/production/kustomization.yaml',
      'deploy/components/sasl-ssl/mount.yaml',
    ]),
  );
  const base = readFileSync(path.join(projectRoot, 'deploy/kustomize/base/network-policy.yaml'), 'utf8');
  expect(files['deploy/base/network-policy.yaml']).toBe(
    base.replaceAll('nestjs-kafka-consumer', 'my-service'),
  );
});

test('the generator has the version of the package that its services use', () => {
  const { dependencies } = JSON.parse(files['package.json'] ?? '');
  expect(dependencies['nestjs-kafka-transport']).toBe(versionOf('nestjs-kafka-transport'));
  expect(versionOf('create-nestjs-kafka-consumer')).toBe(versionOf('nestjs-kafka-transport'));
});
