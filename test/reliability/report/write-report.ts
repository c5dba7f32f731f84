import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import { markdownTable } from './markdown.js';
import { renderPage } from './page.js';
import type { Report } from './result.js';

/** Where a report was written to. */
export interface ReportFiles {
  /** A self-contained page for people. */
  readonly html: string;
  /** Everything for programs, with all samples. */
  readonly json: string;
  /** For the documentation: the summary's tables. */
  readonly markdown: string;
}

/** Writes `report.html`, `report.json` and `report.md` to a folder, which is created if necessary. */
export async function writeReport(report: Report, folder: string): Promise<ReportFiles> {
  const files: ReportFiles = {
    html: path.join(folder, 'report.html'),
    json: path.join(folder, 'report.json'),
    markdown: path.join(folder, 'report.md'),
  };
  await mkdir(folder, { recursive: true });
  // The JSON first, so that the results survive a failure to draw a chart.
  await writeFile(files.json, `${JSON.stringify(report)}\n`);
  await writeFile(files.markdown, await format(markdownTable(report), { parser: 'markdown' }));
  await writeFile(files.html, renderPage(report));
  return files;
}
