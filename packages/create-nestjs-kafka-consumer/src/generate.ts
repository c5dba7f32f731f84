import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GeneratorError } from './generator-error.js';
import { hashOf, MANIFEST, manifestText } from './manifest.js';
import { render, type Template } from './template.js';

/**
 * Writes a new service into a folder, which may exist if it is empty or has only a `.git`.
 * @returns the number of files
 * @throws GeneratorError `INVALID_NAME` or `FOLDER_NOT_EMPTY`
 */
export async function generate(template: Template, name: string, folder: string): Promise<number> {
  const files = render(template, name);
  await checkEmpty(folder);
  for (const [file, text] of files) await write(path.join(folder, file), text);
  const hashes = Object.fromEntries(Array.from(files, ([file, text]) => [file, hashOf(text)]));
  await write(path.join(folder, MANIFEST), manifestText(name, template.version, hashes));
  return files.size + 1;
}

/** Writes a file, with the folders above it. */
export async function write(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function checkEmpty(folder: string): Promise<void> {
  const found = await entriesOf(folder);
  const first = found.find((entry) => entry !== '.git');
  if (first === undefined) return;
  const how =
    'Name another folder: --dir <folder>. To upgrade a generated service, use the command "upgrade".';
  throw new GeneratorError('FOLDER_NOT_EMPTY', `${folder} is not empty: it has ${first}. ${how}`);
}

/** @throws GeneratorError `FOLDER_NOT_EMPTY` if a file has that name */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = Object(error);
    if (code === 'ENOENT') return [];
    if (code !== 'ENOTDIR') throw error;
    throw new GeneratorError('FOLDER_NOT_EMPTY', `${folder} is a file. Name a folder: --dir <folder>`);
  }
}
