import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSections } from '../../src/config/variables/environment.js';
import { renderEnvExample } from './env-example.js';
import { renderTables, replaceTables } from './readme-table.js';

/** A file that is generated from the schema, or holds a part that is. */
export interface Document {
  readonly path: string;
  /** Undefined while the file does not exist. */
  readonly current: string | undefined;
  readonly wanted: string;
}

/** The generated documents of the project in `root`; a README without markers is none of them. */
export async function documentsOf(root: string): Promise<readonly Document[]> {
  const sections = describeSections();
  const envExample = join(root, '.env.example');
  const documents: Document[] = [
    { path: envExample, current: read(envExample), wanted: renderEnvExample(sections) },
  ];
  const readme = join(root, 'README.md');
  const current = read(readme);
  const wanted = current === undefined ? undefined : replaceTables(current, await renderTables(sections));
  if (wanted !== undefined) documents.push({ path: readme, current, wanted });
  return documents;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
