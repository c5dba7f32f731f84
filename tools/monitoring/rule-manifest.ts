const HEAD = `# Generated from deploy/monitoring/rules.yaml, for the Prometheus operator: node dist/tools/config/generate.js
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: nestjs-kafka-consumer
  labels:
    app.kubernetes.io/name: nestjs-kafka-consumer
spec:
`;

/** Paths of Prometheus's own file of alerts and of the manifest generated from it, relative to the project's root. */
export const RULE_FILES = {
  rules: 'deploy/monitoring/rules.yaml',
  manifest: 'deploy/kustomize/components/monitoring/prometheus-rule.yaml',
} as const;

/**
 * The alerts as a resource of the Prometheus operator. A kustomization cannot read a file outside its folder, and
 * promtool cannot read resources, so there are two files, one of them generated.
 * @param rules the text of a file of Prometheus's rules
 */
export function ruleManifest(rules: string): string {
  const lines = rules.split('\n').filter((line) => !line.startsWith('#'));
  return HEAD + lines.map((line) => (line === '' ? line : `  ${line}`)).join('\n');
}
