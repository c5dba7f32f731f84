import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import { markdownTable } from './markdown.js';
import { renderPage } from './page.js';
import type { Report } from './result.js';

/** Where a report was written to. */
export interface ReportFiles {
  /** For people: a page that needs nothing but itself. */
  readonly html: string;
  /** For programs: all of it, each sample too. */
  readonly json: string;
  /** For the documentation: the summary's tables. */
  readonly markdown: string;
}

/** Writes `report.html`, `report.json` and `report.md` to a folder, which is made where it is missing. */
export async function writeReport(report: Report, folder: string): Promise<ReportFiles> {
  const files: ReportFiles = {
    html: path.join(folder, 'report.html'),
    json: path.join(folder, 'report.json'),
    markdown: path.join(folder, 'report.md'),
  };
  await mkdir(folder, { recursive: true });
  // The JSON first: should a picture fail to draw, what an hour measured is there nevertheless.
  await writeFile(files.json, `${JSON.stringify(report)}\n`);
  await writeFile(files.markdown, await format(markdownTable(report), { parser: 'markdown' }));
  await writeFile(files.html, renderPage(report));
  return files;
}
