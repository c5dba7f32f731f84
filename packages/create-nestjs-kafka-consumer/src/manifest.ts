import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { GeneratorError } from './generator-error.js';

/** In the folder of a generated service. */
export const MANIFEST = '.template.json';

const TEMPLATE = 'create-nestjs-kafka-consumer';

/** What a service was generated from. */
export interface Manifest {
  readonly template: typeof TEMPLATE;
  readonly version: string;
  /** The name of the service. */
  readonly name: string;
  /** The hash of each file as the template had it, by path. */
  readonly files: Readonly<Record<string, string>>;
}

export function manifestText(name: string, version: string, files: Manifest['files']): string {
  const manifest: Manifest = { template: TEMPLATE, version, name, files };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** The hash of a text. A checkout with other line ends is no change. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
}

/**
 * Reads the manifest of a service.
 * @throws GeneratorError `NOT_GENERATED` or `INVALID_MANIFEST`
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await textOf(path.join(folder, MANIFEST));
  if (text === undefined) {
    const what = `${folder} has no ${MANIFEST}, so it is not the folder of a service that ${TEMPLATE} has generated`;
    throw new GeneratorError(
      'NOT_GENERATED',
      `${what}. Run this in such a folder, or name it: --dir <folder>`,
    );
  }
  const manifest = parsed(text);
  if (isManifest(manifest)) return manifest;
  const how = 'Restore it from your version control.';
  throw new GeneratorError(
    'INVALID_MANIFEST',
    `${MANIFEST} does not have the fields that it was written with. ${how}`,
  );
}

/** The text of a file; undefined if there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (Object(error).code === 'ENOENT' || Object(error).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  const { template, version, name, files } = Object(value);
  return (
    template === TEMPLATE &&
    typeof version === 'string' &&
    /^\d+\.\d+\.\d+/.test(version) &&
    typeof name === 'string' &&
    Object(files) === files &&
    Object.entries(files).every(([file, hash]) => staysInside(file) && typeof hash === 'string')
  );
}

/** An upgrade deletes files, so a path must not lead out of the service. */
function staysInside(file: string): boolean {
  return !path.isAbsolute(file) && !file.split(/[\\/]/).includes('..');
}
