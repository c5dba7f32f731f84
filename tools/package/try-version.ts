import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectName, projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';
import { changesetProgram, mustRun } from './checkers.js';
import { makeVersion } from './next-version.js';

const EXAMPLE = 'An example of a change.';

/**
 * Makes the next version in a copy of the manifests, with one more changeset. `changeset status` compares with the base
 * branch, which a checkout in CI does not have; this finds invalid changesets and an invalid configuration without it.
 *
 * @throws ToolError if that fails, or if the changelog does not have the example once
 */
export async function tryVersion(): Promise<void> {
  const copy = await mkdtemp(path.join(os.tmpdir(), `${projectName}-version-`));
  try {
    const packages = await readdir(path.join(projectRoot, 'packages'), { withFileTypes: true });
    const names = packages.filter((each) => each.isDirectory()).map(({ name }) => name);
    const manifests = names.map((name) => `packages/${name}/package.json`);
    for (const file of ['package.json', 'package-lock.json', 'CHANGELOG.md', '.changeset', ...manifests]) {
      await mkdir(path.join(copy, path.dirname(file)), { recursive: true });
      await cp(path.join(projectRoot, file), path.join(copy, file), { recursive: true });
    }
    const releases = names.map((name) => `'${name}': minor`);
    const example = ['---', ...releases, '---', '', EXAMPLE, ''].join('\n');
    await writeFile(path.join(copy, '.changeset/example.md'), example);
    await mustRun('git', ['init', '--quiet'], copy);
    const version = await makeVersion(copy, await changesetProgram(), '2026-01-31');

    const changelog = await readFile(path.join(copy, 'CHANGELOG.md'), 'utf8');
    if (!changelog.includes(`## ${version} - `) || changelog.split(EXAMPLE).length !== 2) {
      throw new ToolError(
        'PACKAGE_CHECK_FAILED',
        `CHANGELOG.md would have no section for ${version}, or a wrong one`,
      );
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
