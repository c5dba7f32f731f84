import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { mustRun } from './checkers.js';

const Manifest = z.looseObject({ version: z.string() });
const Lock = Manifest.extend({
  packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
});

/**
 * Makes the next version from the changesets: all packages and the service get it, and CHANGELOG.md a section.
 * Changesets writes a changelog into each package; they are merged into the one in the root.
 *
 * @param root the folder of the project
 * @param program that of Changesets
 * @param date of the version, such as 2026-01-31
 * @returns the version
 * @throws ToolError if there is no changeset, or if one or the configuration is invalid
 */
export async function makeVersion(root: string, program: string, date: string): Promise<string> {
  await mustRun(process.execPath, [program, 'version'], root);
  const folders = (await readdir(path.join(root, 'packages'))).map((name) => `packages/${name}`);
  const packages = folders.filter((folder) => existsSync(path.join(root, folder, 'package.json')));
  const [version = ''] = await Promise.all(packages.map((folder) => versionIn(path.join(root, folder))));

  const written: string[] = [];
  for (const folder of packages) {
    const file = path.join(root, folder, 'CHANGELOG.md');
    if (!existsSync(file)) continue;
    written.push(await readFile(file, 'utf8'));
    await rm(file);
  }
  const changelog = path.join(root, 'CHANGELOG.md');
  const text = await readFile(changelog, 'utf8');
  await writeFile(changelog, withVersion(text, `${version} - ${date}`, written));

  await edit(path.join(root, 'package.json'), Manifest, (manifest) => {
    manifest.version = version;
  });
  await edit(path.join(root, 'package-lock.json'), Lock, (lock) => {
    lock.version = version;
    for (const folder of ['', ...packages]) {
      const entry = lock.packages[folder];
      if (entry) entry.version = version;
    }
  });
  return version;
}

/**
 * A changelog with a new first section, whose content comes from those of the packages: an entry that several packages
 * have stands there once.
 */
export function withVersion(changelog: string, title: string, written: readonly string[]): string {
  const kinds = new Map<string, Set<string>>();
  for (const [, kind = '', list = ''] of written
    .join('\n')
    .matchAll(/^### (.+)\n\n([^]*?)(?=\n#|(?![^]))/gm)) {
    const entries = kinds.get(kind) ?? new Set();
    for (const [entry] of list.matchAll(/^- .*(?:\n(?!- ).*)*/gm)) entries.add(entry.trim());
    kinds.set(kind, entries);
  }
  const parts = [...kinds].map(([kind, entries]) => `### ${kind}\n\n${[...entries].join('\n')}\n`);
  const section = [`## ${title}\n`, ...parts].join('\n');
  const first = changelog.search(/^## /m);
  const at = first === -1 ? changelog.length : first;
  return `${changelog.slice(0, at)}${section}\n${changelog.slice(at)}`;
}

async function versionIn(folder: string): Promise<string> {
  return Manifest.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))).version;
}

/** Changes a JSON file that npm formats. */
async function edit<T extends object>(
  file: string,
  schema: z.ZodType<T>,
  change: (content: T) => void,
): Promise<void> {
  const content = schema.parse(JSON.parse(await readFile(file, 'utf8')));
  change(content);
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
}
