import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execute } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { nodePackages } from './install.js';
import type { Manifest } from './manifests.js';

/** The package with the published schema of an API group. */
const PACKAGES: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** Whether a manifest is a custom resource. */
export function isCustom({ apiVersion }: Manifest): boolean {
  return PACKAGES[groupOf(apiVersion)] !== undefined;
}

/**
 * Validates custom resources against their published schemas. The schemas accept unknown fields, so each manifest
 * is also compiled as a literal of its published type: the compiler reports fields that do not exist.
 * @returns the problems, one line each
 */
export async function customProblems(manifests: readonly Manifest[]): Promise<string[]> {
  const folder = await mkdtemp(path.join(await nodePackages(), 'manifests-'));
  try {
    const files = await Promise.all(
      manifests.map(async (manifest, index) => {
        const file = path.join(folder, `${index}-${manifest.kind}.ts`);
        await writeFile(file, programFor(manifest));
        return file;
      }),
    );
    return files.length === 0 ? [] : [...(await compile(files)), ...(await runAll(files))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function groupOf(apiVersion: string): string {
  return apiVersion.split('/')[0] ?? '';
}

function programFor(manifest: Manifest): string {
  const { apiVersion, kind } = manifest;
  const module = `${PACKAGES[groupOf(apiVersion)]}/${apiVersion}/${kind}`;
  return [
    `import { ${kind}, type I${kind} } from ${JSON.stringify(module)};`,
    `const manifest: I${kind} = ${JSON.stringify(manifest, undefined, 2)};`,
    `new ${kind}(manifest).validate();`,
    '',
  ].join('\n');
}

async function compile(files: readonly string[]): Promise<string[]> {
  const tsc = path.join(projectRoot, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
  const args = [tsc, ...options, '--ignoreConfig', ...files];
  const { code, stdout } = await execute(process.execPath, args, { timeoutMs: 120_000 });
  const lines = stdout
    .split('\n')
    .filter((line) => line.includes('error'))
    .map((line) => line.replace(/^\S*\//, ''));
  return code === 0 || lines.length > 0 ? lines : [`tsc ended with ${code}: ${stdout}`];
}

/** Runs the TypeScript module directly: Node strips its types. */
async function runAll(files: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const { code, stderr } = await execute(process.execPath, [file], { timeoutMs: 60_000 });
    if (code === 0) continue;
    const reason = stderr.split('\n').find((line) => /^\S*Error\b/.test(line)) ?? stderr;
    problems.push(`${path.basename(file, '.ts')}: ${reason.trim()}`);
  }
  return problems;
}
