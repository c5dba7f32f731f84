import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { generate } from './generate.js';
import { MANIFEST } from './manifest.js';
import { summaryOf } from './summary.js';
import { upgrade } from './upgrade.js';

const first = {
  version: '0.9.0',
  files: {
    'package.json': '{ "name": "my-service", "dependencies": { "rxjs": "7.8.2" } }\n',
    'src/main.ts': 'start();\n',
    Dockerfile: 'FROM node:24\n',
    'deploy/base.yaml': 'name: my-service\n',
    'deploy/old.yaml': 'old: true\n',
    'deploy/older.yaml': 'older: true\n',
  },
};
const { 'deploy/old.yaml': _old, 'deploy/older.yaml': _older, ...kept } = first.files;
const second = {
  version: '0.10.0',
  files: {
    ...kept,
    'src/main.ts': 'await start();\n',
    Dockerfile: 'FROM node:26\n',
    'deploy/base.yaml': 'name: my-service\nreplicas: 2\n',
    'deploy/new.yaml': 'new: my-service\n',
  },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'generated-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (file: string): string => path.join(folder, file);
const read = (file: string): Promise<string> => readFile(at(file), 'utf8');
const list = async (below = '.'): Promise<string[]> => (await readdir(at(below))).toSorted();

test('a service has the files of the template under its own name', async () => {
  await mkdir(at('.git'));
  await expect(generate(first, 'payments', folder)).resolves.toBe(7);
  expect(await read('deploy/base.yaml')).toBe('name: payments\n');
  expect(JSON.parse(await read(MANIFEST))).toMatchObject({ version: '0.9.0', name: 'payments' });
});

test('a service is not generated into a folder with files, or in place of a file', async () => {
  await writeFile(at('notes.txt'), '');
  const notEmpty = { code: 'FOLDER_NOT_EMPTY', message: expect.stringContaining('notes.txt') };
  await expect(generate(first, 'payments', folder)).rejects.toMatchObject(notEmpty);
  const aFile = { code: 'FOLDER_NOT_EMPTY' };
  await expect(generate(first, 'payments', at('notes.txt'))).rejects.toMatchObject(aFile);
  await expect(generate(first, 'rxjs', at('other'))).rejects.toMatchObject({ code: 'INVALID_NAME' });
  expect(await list()).toEqual(['notes.txt']);
});

test('an upgrade changes only files that nobody changed', async () => {
  await generate(first, 'payments', folder);
  await writeFile(at('Dockerfile'), 'FROM node:22\n');
  await writeFile(at('deploy/older.yaml'), 'older: false\n');
  await rm(at('src/main.ts'));

  const planned = await upgrade(second, folder, true);
  expect(await list('deploy')).toEqual(['base.yaml', 'old.yaml', 'older.yaml']);
  const upgraded = await upgrade(second, folder, false);
  expect(upgraded).toEqual(planned);
  expect(upgraded.changes.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'Dockerfile', action: 'conflict' },
    { path: 'deploy/base.yaml', action: 'replaced' },
    { path: 'deploy/new.yaml', action: 'added' },
    { path: 'deploy/old.yaml', action: 'removed' },
    { path: 'deploy/older.yaml', action: 'dropped' },
    { path: 'src/main.ts', action: 'deleted' },
  ]);
  expect(summaryOf(upgraded, false)).toContain('Template version 0.9.0 to 0.10.0');
  expect(await read('Dockerfile')).toBe('FROM node:22\n');
  expect(await read('Dockerfile.new')).toBe('FROM node:26\n');
  expect(await read('deploy/base.yaml')).toBe('name: payments\nreplicas: 2\n');
  expect(await list('deploy')).toEqual(['base.yaml', 'new.yaml', 'older.yaml']);
  expect(await list('src')).toEqual([]);

  const again = await upgrade(second, folder, false);
  expect(again.changes).toEqual([]);
  expect(summaryOf(again, false)).toContain('No file has changed.');
});

test('a file is unchanged if only its line ends differ', async () => {
  await generate(first, 'payments', folder);
  await writeFile(at('Dockerfile'), 'FROM node:24\r\n');
  await upgrade(second, folder, false);
  expect(await read('Dockerfile')).toBe('FROM node:26\n');
});

test('a file of the user with the name of a new file is kept', async () => {
  await generate(first, 'payments', folder);
  await writeFile(at('deploy/new.yaml'), 'mine: true\n');
  await upgrade(second, folder, false);
  expect(await read('deploy/new.yaml')).toBe('mine: true\n');
  expect(await read('deploy/new.yaml.new')).toBe('new: payments\n');
});

test('a service of a newer template is not touched', async () => {
  await generate(second, 'payments', folder);
  await expect(upgrade(first, folder, false)).rejects.toMatchObject({ code: 'NEWER_TEMPLATE' });
});

test('a folder that was not generated is named', async () => {
  const notGenerated = { code: 'NOT_GENERATED', message: expect.stringContaining(folder) };
  await expect(upgrade(second, folder, false)).rejects.toMatchObject(notGenerated);
});

test.each([
  ['no JSON', () => '<<<<<<< HEAD'],
  ['another template', (manifest: object) => JSON.stringify({ ...manifest, template: 'other' })],
  [
    'a path out of the service',
    (manifest: object) => JSON.stringify({ ...manifest, files: { '../notes.txt': '0' } }),
  ],
])('a manifest with %s is refused', async (_what, damaged) => {
  await generate(first, 'payments', folder);
  await writeFile(at(MANIFEST), damaged(JSON.parse(await read(MANIFEST))));
  await expect(upgrade(second, folder, false)).rejects.toMatchObject({ code: 'INVALID_MANIFEST' });
});
