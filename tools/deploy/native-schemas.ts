import { execute } from '../kafka/index.js';

/** The oldest and the newest supported Kubernetes version. */
export const KUBERNETES_VERSIONS = ['1.33', '1.37'] as const;

/**
 * Validates manifests against the schemas of each Kubernetes version; unknown fields are problems.
 * @param python a Python with kubernetes-validate
 * @returns the problems, one line each
 */
export async function nativeProblems(python: string, files: readonly string[]): Promise<string[]> {
  const problems: string[] = [];
  for (const version of KUBERNETES_VERSIONS) {
    const args = ['-m', 'kubernetes_validate', '--strict', '-k', version, ...files];
    const { code, stdout, stderr } = await execute(python, args, { timeoutMs: 120_000 });
    // For a kind without a schema it only prints a warning and checks nothing.
    const found = stdout.split('\n').filter((line) => /^(WARN|ERROR|FATAL)/.test(line));
    problems.push(...found.map((line) => `Kubernetes ${version}: ${line}`));
    if (code !== 0 && found.length === 0) {
      problems.push(`Kubernetes ${version}: kubernetes-validate ended with ${code}: ${stderr.trim()}`);
    }
  }
  return problems;
}
