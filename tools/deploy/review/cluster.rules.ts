import { z } from 'zod';
import type { Manifests } from '../manifests.js';
import { type Rule, single } from './rule.js';

/** Kinds that grant no rights, contain no secrets, and run nothing besides the Deployment. */
const KNOWN_KINDS: ReadonlySet<string> = new Set([
  'ConfigMap',
  'Deployment',
  'Namespace',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'PodMonitor',
  'PrometheusRule',
  'ScaledObject',
  'Service',
  'ServiceAccount',
  'TriggerAuthentication',
]);

const labels = z.record(z.string(), z.string());
const networkPolicySchema = z.looseObject({
  spec: z.object({
    podSelector: z.object({ matchLabels: labels }),
    policyTypes: z.array(z.string()),
    ingress: z.array(z.looseObject({ from: z.array(z.unknown()).optional() })).default([]),
    egress: z.array(z.looseObject({ to: z.array(z.unknown()).optional() })).default([]),
  }),
});
const budgetSchema = z.looseObject({
  spec: z.object({ maxUnavailable: z.number(), selector: z.object({ matchLabels: labels }) }),
});
const namespaceSchema = z.looseObject({ metadata: z.looseObject({ labels: labels.default({}) }) });

function selectsPods({ deployment }: Manifests, selector: Readonly<Record<string, string>>): boolean {
  const own = deployment.spec.template.metadata.labels;
  return Object.entries(selector).every(([name, value]) => own[name] === value);
}

function networkProblem(manifests: Manifests): string | undefined {
  const { spec } = networkPolicySchema.parse(manifests.only('NetworkPolicy'));
  if (!selectsPods(manifests, spec.podSelector.matchLabels)) return 'the network policy is for other pods';
  if (!['Ingress', 'Egress'].every((type) => spec.policyTypes.includes(type))) return 'one direction is open';
  if (spec.ingress.some(({ from }) => !from?.length)) return 'any client may connect to the pods';
  return spec.egress.some(({ to }) => !to?.length) ? 'the pods may connect to anywhere' : undefined;
}

/** Rules for the resources around the pods. */
export const clusterRules: readonly Rule[] = [
  single('known kinds', ({ all }) => {
    const unknown = all.find(({ kind }) => !KNOWN_KINDS.has(kind));
    return unknown && `${unknown.kind} ${unknown.metadata.name} has not been reviewed`;
  }),
  single('namespace of its own', ({ all }) => {
    const unassigned = all.find(
      ({ kind, metadata: { namespace } }) => kind !== 'Namespace' && (namespace ?? 'default') === 'default',
    );
    return unassigned && `${unassigned.kind} ${unassigned.metadata.name} is in the default namespace`;
  }),
  single('restricted namespace', (manifests) => {
    const { metadata } = namespaceSchema.parse(manifests.only('Namespace'));
    const level = metadata.labels['pod-security.kubernetes.io/enforce'];
    return level !== 'restricted' && `the namespace enforces ${level ?? 'nothing'}`;
  }),
  single('network policy', networkProblem),
  single('disruption budget', (manifests) => {
    const { spec } = budgetSchema.parse(manifests.only('PodDisruptionBudget'));
    if (spec.maxUnavailable < 1) return 'no node could ever be drained';
    return !selectsPods(manifests, spec.selector.matchLabels) && 'the budget is for other pods';
  }),
];
