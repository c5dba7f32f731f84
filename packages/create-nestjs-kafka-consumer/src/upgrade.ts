import { rm } from 'node:fs/promises';
import path from 'node:path';
import { GeneratorError } from './generator-error.js';
import { write } from './generate.js';
import { hashOf, MANIFEST, manifestText, readManifest, textOf } from './manifest.js';
import { render, type Template } from './template.js';

/** A file that differs between two versions of the template, and what becomes of it in the service. */
export interface Change {
  readonly path: string;
  /**
   * `conflict`: somebody changed the file, so the new version is written beside it. `dropped`: somebody changed it, and the
   * template no longer has it. `deleted`: somebody deleted it.
   */
  readonly action: 'added' | 'replaced' | 'removed' | 'conflict' | 'dropped' | 'deleted';
}

/** What an upgrade changes. */
export interface Upgrade {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly Change[];
}

/** Appended to the name of a file that somebody changed, for its new version. */
export const NEW = '.new';

/**
 * Brings the files that nobody changed to this version of the template.
 * @param dryRun writes nothing
 * @throws GeneratorError `NOT_GENERATED`, `INVALID_MANIFEST` or `NEWER_TEMPLATE`
 */
export async function upgrade(template: Template, folder: string, dryRun: boolean): Promise<Upgrade> {
  const { name, version, files: recorded } = await readManifest(folder);
  if (isNewer(version, template.version)) {
    const how = 'Upgrade with that version or a later one: npm create nestjs-kafka-consumer@latest upgrade';
    const what = `The service has version ${version} of the template, and this generator is ${template.version}`;
    throw new GeneratorError('NEWER_TEMPLATE', `${what}. ${how}`);
  }
  const files = render(template, name);
  const changes: Change[] = [];
  for (const file of new Set([...files.keys(), ...Object.keys(recorded)])) {
    const current = await textOf(path.join(folder, file));
    const action = actionOn({
      recorded: recorded[file],
      current: current === undefined ? undefined : hashOf(current),
      next: hashOfOptional(files.get(file)),
    });
    if (action !== undefined) changes.push({ path: file, action });
  }
  if (!dryRun) {
    for (const change of changes) await apply(change, folder, files.get(change.path) ?? '');
    const hashes = Object.fromEntries(Array.from(files, ([file, text]) => [file, hashOf(text)]));
    await write(path.join(folder, MANIFEST), manifestText(name, template.version, hashes));
  }
  return { from: version, to: template.version, changes };
}

/** The hashes of a file: in the service's version of the template, in the service, and in this version. */
interface Versions {
  readonly recorded: string | undefined;
  readonly current: string | undefined;
  readonly next: string | undefined;
}

/** Undefined if there is nothing to do or to say. */
function actionOn({ recorded, current, next }: Versions): Change['action'] | undefined {
  if (recorded === next || current === next) return undefined;
  if (recorded === undefined) return current === undefined ? 'added' : 'conflict';
  if (current === undefined) return 'deleted';
  if (next === undefined) return current === recorded ? 'removed' : 'dropped';
  return current === recorded ? 'replaced' : 'conflict';
}

async function apply({ path: file, action }: Change, folder: string, text: string): Promise<void> {
  const place = path.join(folder, file);
  if (action === 'added' || action === 'replaced') await write(place, text);
  if (action === 'conflict') await write(place + NEW, text);
  if (action === 'removed') await rm(place);
}

function hashOfOptional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : hashOf(text);
}

/** Whether a version is newer than another; both are `major.minor.patch`, and a suffix is ignored. */
function isNewer(version: string, than: string): boolean {
  const [left, right] = [version, than].map((each) => each.split(/[.+-]/, 3).map(Number)) as [
    number[],
    number[],
  ];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0);
}
