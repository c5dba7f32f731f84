import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../project.js';

/** The first example in TypeScript of a page. */
export function documentedExample(page: string): string {
  const text = readFileSync(path.join(projectRoot, page), 'utf8');
  const [, code] = /^```ts\n(.*?)^```/ms.exec(text) ?? [];
  if (code === undefined) throw new Error(`${page} has no example in TypeScript`);
  return code;
}
