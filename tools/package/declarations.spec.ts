import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { declarationErrors } from './declarations.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'declarations-'));
const dist = path.join(folder, 'dist');
const SOURCES = {
  'group.ts': '/** @internal */\nexport interface Member {}\nexport interface Group {}\n',
  'valid.ts': "export type { Group } from './group.js';\n",
  'invalid.ts': "export type { Group, Member } from './group.js';\n",
};

// Compiled like the package.
beforeAll(() => {
  const files = Object.entries(SOURCES).map(([name, text]) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  });
  const options = { declaration: true, stripInternal: true, noLib: true, types: [], outDir: dist };
  ts.createProgram(files, { ...options, module: ts.ModuleKind.NodeNext }).emit();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('an entry whose exports are declared has no errors', () => {
  expect(declarationErrors([path.join(dist, 'valid.d.ts')])).toEqual([]);
});

test('an entry that exports a stripped @internal declaration has an error that names it', () => {
  const errors = declarationErrors([path.join(dist, 'invalid.d.ts')]);
  expect(errors).toEqual([expect.stringMatching(/invalid\.d\.ts\(1,.*has no exported member.* 'Member'/)]);
});
