import { z } from 'zod';
import type { Manifest, Manifests } from '../manifests.js';
import { podOf, type Rule, single } from './rule.js';

const labels = z.record(z.string(), z.string());
const selector = z.looseObject({ matchLabels: labels.default({}) });
const named = z.looseObject({ name: z.string() });

const scaledObjectSchema = z.looseObject({
  spec: z.looseObject({
    scaleTargetRef: named,
    triggers: z.array(z.looseObject({ authenticationRef: named.optional() })),
  }),
});
const authenticationSchema = z.looseObject({
  spec: z.looseObject({ secretTargetRef: z.array(named).default([]) }),
});
const serviceSchema = z.looseObject({ spec: z.looseObject({ selector: labels }) });
const selectorSchema = z.looseObject({ spec: z.looseObject({ selector }) });
const spreadSchema = z.looseObject({
  topologySpreadConstraints: z.array(z.looseObject({ labelSelector: selector })).default([]),
});
const peers = z
  .array(
    z.looseObject({
      to: z.array(z.looseObject({ podSelector: selector.optional() })).default([]),
    }),
  )
  .default([]);
const policySchema = z.looseObject({ spec: z.looseObject({ egress: peers }) });

/** The selectors of pods, by the kind of their resource. Policy and budget have rules of their own. */
function podSelectors(manifests: Manifests): (readonly [kind: string, Readonly<Record<string, string>>])[] {
  const selectorOf = (manifest: Manifest) => selectorSchema.parse(manifest).spec.selector.matchLabels;
  const spread = spreadSchema.parse(podOf(manifests)).topologySpreadConstraints;
  return [
    ...manifests.ofKind('Deployment').map((each) => ['Deployment', selectorOf(each)] as const),
    ...manifests.ofKind('PodMonitor').map((each) => ['PodMonitor', selectorOf(each)] as const),
    ...manifests
      .ofKind('Service')
      .map((each) => ['Service', serviceSchema.parse(each).spec.selector] as const),
    ...spread.map(({ labelSelector }) => ['topology spread', labelSelector.matchLabels] as const),
  ];
}

function scaledObjects(manifests: Manifests) {
  return manifests.ofKind('ScaledObject').map((each) => scaledObjectSchema.parse(each).spec);
}

/** Rules for references and selectors: they must still match after a prefix, a suffix or other labels are added. */
export const referenceRules: readonly Rule[] = [
  single('scaled Deployment exists', (manifests) => {
    const own = manifests.deployment.metadata.name;
    const foreign = scaledObjects(manifests).find(({ scaleTargetRef }) => scaleTargetRef.name !== own);
    return foreign && `KEDA scales ${foreign.scaleTargetRef.name}, and the Deployment is ${own}`;
  }),
  single('authentication exists', (manifests) => {
    const known = new Set(manifests.ofKind('TriggerAuthentication').map(({ metadata }) => metadata.name));
    const names = scaledObjects(manifests).flatMap(({ triggers }) =>
      triggers.flatMap(({ authenticationRef }) => authenticationRef?.name ?? []),
    );
    const missing = names.find((name) => !known.has(name));
    return missing !== undefined && `there is no TriggerAuthentication ${missing}`;
  }),
  single('one Secret for pods and KEDA', (manifests) => {
    const mounted = new Set(podOf(manifests).volumes.flatMap(({ secret }) => secret?.secretName ?? []));
    const names = manifests
      .ofKind('TriggerAuthentication')
      .flatMap((each) => authenticationSchema.parse(each).spec.secretTargetRef.map(({ name }) => name));
    const other = names.find((name) => !mounted.has(name));
    return other !== undefined && `KEDA logs in with ${other}, which no pod mounts`;
  }),
  single('selectors match the pods', (manifests) => {
    const own = manifests.deployment.spec.template.metadata.labels;
    const found = podSelectors(manifests).find(
      ([, wanted]) =>
        Object.keys(wanted).length === 0 ||
        Object.entries(wanted).some(([name, value]) => own[name] !== value),
    );
    return (
      found && `${found[0]} selects ${JSON.stringify(found[1])}, and the pods have ${JSON.stringify(own)}`
    );
  }),
  single('peers are other pods', (manifests) => {
    const own = manifests.deployment.spec.template.metadata.labels;
    const selected = manifests
      .ofKind('NetworkPolicy')
      .flatMap((each) => policySchema.parse(each).spec.egress)
      .flatMap(({ to }) => to.map(({ podSelector }) => podSelector?.matchLabels ?? {}));
    const ours = selected.find((wanted) =>
      Object.entries(wanted).some(([name, value]) => own[name] === value),
    );
    return ours && `a peer is selected by labels of the service: ${JSON.stringify(ours)}`;
  }),
];
