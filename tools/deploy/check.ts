/**
 * Renders every overlay with every set of components that can be added, and validates the result against the schemas of
 * Kubernetes and custom resources and against the review rules: `node dist/tools/deploy/check.js`. Exits with 77
 * if there is no Python for kubernetes-validate.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { run } from '../cli.js';
import { projectName } from '../project.js';
import { combinations } from './combinations.js';
import { customProblems, isCustom } from './custom-schemas.js';
import { validatingPython } from './install.js';
import { render } from './kustomize.js';
import { type Manifest, Manifests } from './manifests.js';
import { KUBERNETES_VERSIONS, nativeProblems } from './native-schemas.js';
import { review, rules } from './review/index.js';

const SKIPPED = 77;

await run(async () => {
  const python = await validatingPython();
  if (python === undefined) {
    console.log('skipped: kubernetes-validate is installed with python3, venv and pip, which are missing');
    return SKIPPED;
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), `${projectName}-manifests-`));
  try {
    return (await check(python, folder)) === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Returns the number of problems. */
async function check(python: string, folder: string): Promise<number> {
  const files: string[] = [];
  const problems: string[] = [];
  // Equal in most combinations, and expensive to check.
  const customOnes = new Map<string, Manifest>();
  for (const combination of combinations) {
    const { overlay, components, renamed } = combination;
    const name = [overlay, ...components, ...(renamed ? [`renamed-${renamed}`] : [])].join('+');
    const manifests = Manifests.parse(await render(combination));
    const custom = manifests.all.filter(isCustom);
    const file = path.join(folder, `${name}.yaml`);
    const native = manifests.all.filter((manifest) => !isCustom(manifest));
    await writeFile(file, native.map((manifest) => stringify(manifest)).join('---\n'));
    files.push(file);
    for (const manifest of custom) customOnes.set(JSON.stringify(manifest), manifest);
    problems.push(...review(manifests).map((problem) => `${name}: ${problem}`));
    console.log(`${name}: ${manifests.all.length} manifests, ${custom.length} of them custom resources`);
  }
  problems.push(
    ...(await nativeProblems(python, files)),
    ...(await customProblems([...customOnes.values()])),
  );
  for (const problem of problems) console.error(problem);
  const versions = KUBERNETES_VERSIONS.join(' and ');
  console.log(`${rules.length} rules, Kubernetes ${versions}: ${problems.length} problems`);
  return problems.length;
}
