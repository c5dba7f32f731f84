import { execute } from '../kafka/index.js';

/** The oldest and the newest Kubernetes that the manifests are written for. */
export const KUBERNETES_VERSIONS = ['1.33', '1.37'] as const;

/**
 * Holds manifests against the schemas of each Kubernetes version; a field that a version does not know is wrong.
 * @param python one that has kubernetes-validate
 * @returns what is wrong, a line each
 */
export async function nativeProblems(python: string, files: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const version of KUBERNETES_VERSIONS) {
    const args = ['-m', 'kubernetes_validate', '--strict', '-k', version, ...files];
    const { code, stdout, stderr } = await execute(python, args, { timeoutMs: 120_000 });
    // A kind that it has no schema for is a warning to it, and nothing was checked.
    const found = stdout.split('\n').filter((line) => /^(WARN|ERROR|FATAL)/.test(line));
    problems.push(...found.map((line) => `Kubernetes ${version}: ${line}`));
    if (code !== 0 && found.length === 0) {
      problems.push(`Kubernetes ${version}: kubernetes-validate ended with ${code}: ${stderr.trim()}`);
    }
  }
  return problems;
}
