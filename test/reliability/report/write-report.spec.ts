import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { madeUpReport, madeUpResult } from './testing/made-up-report.js';
import { writeReport } from './write-report.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'report-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('writeReport writes the whole report as JSON, with its page and tables beside it', async () => {
  const report = madeUpReport(madeUpResult());

  const files = await writeReport(report, path.join(folder, 'not', 'there yet'));

  expect(JSON.parse(await readFile(files.json, 'utf8'))).toEqual(report);
  expect(await readFile(files.html, 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
  expect(await readFile(files.markdown, 'utf8')).toMatch(/^\| scenario +\| faults/);
});
