import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../project.js';

const inFolder = (folder: string, recursive = false): string[] =>
  readdirSync(path.join(projectRoot, folder), { encoding: 'utf8', recursive })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));

const pages = [...inFolder('.'), ...inFolder('docs', true), 'benchmarks/README.md'];
const read = (page: string): string => readFileSync(path.join(projectRoot, page), 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```/gms, '');

/** The anchors that GitHub gives to a page's headings. */
function anchorsOf(page: string): Set<string> {
  const headings = Array.from(withoutCode(read(page)).matchAll(/^#+ (.+)$/gm), ([, title = '']) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The problem of a link; undefined if it is valid. */
function problemOf(page: string, link: string): string | undefined {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? page : path.join(path.dirname(page), target);
  if (!existsSync(path.join(projectRoot, file))) return `${link}: no such file`;
  if (anchor === undefined || !file.endsWith('.md') || anchorsOf(file).has(anchor)) return undefined;
  return `${link}: no such heading`;
}

test.each(pages)('%s links only to files and headings that exist', (page) => {
  const links = Array.from(withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(local.flatMap((link) => problemOf(page, link) ?? [])).toEqual([]);
});

test('docs/README.md lists every page of docs/', () => {
  const index = read('docs/README.md');
  const missing = inFolder('docs').filter((page) => !index.includes(`(${path.basename(page)})`));
  expect(missing).toEqual(['docs/README.md']);
});
