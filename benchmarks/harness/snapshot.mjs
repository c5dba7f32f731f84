import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterwards } from '../../dist/tools/kafka/index.js';
import { projectRoot } from '../../dist/tools/project.js';

/** Not versioned: profiles stay here. */
export const resultsFolder = path.join(projectRoot, 'benchmarks/results');

/**
 * Sets the build aside, so that all runs measure the same one whatever is built meanwhile. It stays within the
 * project, where its imports find their packages.
 */
export function snapshot() {
  mkdirSync(resultsFolder, { recursive: true });
  const folder = mkdtempSync(path.join(resultsFolder, 'build-'));
  const remove = afterwards('rm', '-rf', '--', folder);
  const service = path.join(folder, 'dist/src');
  cpSync(path.join(projectRoot, 'dist/src'), service, { recursive: true });
  return { service, remove };
}
