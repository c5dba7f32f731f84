import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterwards } from '../../dist/tools/kafka/index.js';
import { projectRoot } from '../../dist/tools/project.js';
import { bundle } from '../../tools/bundle/bundle.mjs';
import { Cuts } from './cuts.mjs';

/** Not versioned: profiles stay here. */
export const resultsFolder = path.join(projectRoot, 'benchmarks/results');

/** What is cut out of the service, by contender. */
const contenders = { ours: [], 'ours-bare': ['metrics', 'context'], 'ours-metrics': ['context'] };
const ours = 'benchmarks/contenders/ours.mjs';

/**
 * Sets the service aside, so that all runs measure the same one whatever is built meanwhile: with the contender's
 * controller in it, bundled as it is for production. It stays within the project, where packages are found that
 * are not in a bundle.
 *
 * @param {string} [against] another checkout of this project, installed and built; its service becomes `before`
 * @returns {Promise<{ builds: Record<string, string>, remove: () => Promise<void> }>} a program for each contender
 */
export async function snapshot(against) {
  mkdirSync(resultsFolder, { recursive: true });
  const folder = mkdtempSync(path.join(resultsFolder, 'build-'));
  const remove = afterwards('rm', '-rf', '--', folder);
  const builds = {};
  for (const [name, without] of against ? [] : Object.entries(contenders)) {
    const cuts = new Cuts(without);
    await bundle(path.join(projectRoot, ours), path.join(folder, name), (file, source) =>
      cuts.apply(file, source),
    );
    cuts.checkAllMade();
    builds[name] = path.join(folder, name, 'ours.js');
  }
  if (against) {
    await bundle(path.join(projectRoot, ours), path.join(folder, 'ours'));
    await bundle(path.join(against, ours), path.join(folder, 'before'));
    builds.ours = path.join(folder, 'ours/ours.js');
    builds.before = path.join(folder, 'before/ours.js');
  }
  return { builds, remove };
}
