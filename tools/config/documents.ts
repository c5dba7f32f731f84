import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSections } from '../../src/config/variables/environment.js';
import { renderEnvExample } from './env-example.js';
import { RULE_FILES, ruleManifest } from '../monitoring/rule-manifest.js';
import { renderTables, replaceTables } from './configuration-tables.js';

/** A file that is generated, fully or in part, from the configuration schema or from the alerts. */
export interface Document {
  readonly path: string;
  /** Undefined while the file does not exist. */
  readonly current: string | undefined;
  readonly wanted: string;
}

/** The generated documents of the project in `root`; a page without markers and missing alerts are left out. */
export async function documentsOf(root: string): Promise<readonly Document[]> {
  const sections = describeSections();
  const envExample = join(root, '.env.example');
  const documents: Document[] = [
    { path: envExample, current: read(envExample), wanted: renderEnvExample(sections) },
  ];
  const page = join(root, 'docs/configuration.md');
  const current = read(page);
  const wanted = current === undefined ? undefined : replaceTables(current, await renderTables(sections));
  if (wanted !== undefined) documents.push({ path: page, current, wanted });
  const rules = read(join(root, RULE_FILES.rules));
  const manifest = join(root, RULE_FILES.manifest);
  if (rules !== undefined)
    documents.push({ path: manifest, current: read(manifest), wanted: ruleManifest(rules) });
  return documents;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
