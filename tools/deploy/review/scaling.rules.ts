import { z } from 'zod';
import type { Manifests } from '../manifests.js';
import { podOf, type Rule, single } from './rule.js';

/** A shorter window would remove members during a short lull; each removal and return costs a rebalance. */
const SLOW_SECONDS = 300;

const scaledObjectSchema = z.looseObject({
  spec: z.looseObject({
    minReplicaCount: z.number(),
    maxReplicaCount: z.number(),
    advanced: z.looseObject({
      horizontalPodAutoscalerConfig: z.looseObject({
        behavior: z.looseObject({
          scaleDown: z.looseObject({ stabilizationWindowSeconds: z.number().default(300) }),
        }),
      }),
    }),
    triggers: z.array(
      z.looseObject({
        type: z.string(),
        useCachedMetrics: z.boolean().default(false),
        metadata: z.record(z.string(), z.string()),
      }),
    ),
  }),
});
type ScaledObject = z.infer<typeof scaledObjectSchema>;

function scaledObjects(manifests: Manifests): ScaledObject['spec'][] {
  return manifests.ofKind('ScaledObject').map((manifest) => scaledObjectSchema.parse(manifest).spec);
}

/** The triggers on lag; others, such as one for the time of day, do not depend on partitions. */
function lagTriggers(manifests: Manifests): Readonly<Record<string, string>>[] {
  const all = scaledObjects(manifests).flatMap(({ triggers }) => triggers);
  return all.filter(({ type }) => type === 'kafka').map(({ metadata }) => metadata);
}

/** Rules for scaling with KEDA. */
export const scalingRules: readonly Rule[] = [
  single('no more members than partitions', (manifests) => {
    const idle = lagTriggers(manifests).find(({ allowIdleConsumers }) => allowIdleConsumers !== 'false');
    return idle && `members beyond the partitions of ${idle['topic']} would be idle`;
  }),
  single('offsets are queried once', (manifests) => {
    const triggers = scaledObjects(manifests).flatMap((each) => each.triggers);
    const uncached = triggers.find(
      ({ metadata, useCachedMetrics }) => metadata['excludePersistentLag'] === 'true' && !useCachedMetrics,
    );
    return (
      uncached &&
      `the autoscaler queries the offsets of ${uncached.metadata['topic']} a second time, so that members seem to make no progress`
    );
  }),
  single('at least two members', (manifests) => {
    const found = scaledObjects(manifests).find(
      ({ minReplicaCount, maxReplicaCount }) => minReplicaCount < 2 || maxReplicaCount < minReplicaCount,
    );
    return found && `from ${found.minReplicaCount} to ${found.maxReplicaCount} members`;
  }),
  single('slow scale-down', (manifests) => {
    const windows = scaledObjects(manifests).map(
      ({ advanced }) => advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds,
    );
    const tooShort = windows.find((seconds) => seconds < SLOW_SECONDS);
    return tooShort !== undefined && `a member is removed after ${tooShort} s of low load`;
  }),
  single('replicas are set by KEDA only', (manifests) => {
    const { replicas } = manifests.deployment.spec;
    return (
      scaledObjects(manifests).length > 0 &&
      replicas !== undefined &&
      `each apply would reset the number of replicas to ${replicas}`
    );
  }),
  single('lag of its own group', (manifests) => {
    const own = podOf(manifests).containers.map((container) => manifests.environment(container));
    const foreign = lagTriggers(manifests).find(
      ({ bootstrapServers, consumerGroup }) =>
        !own.some(
          (env) => env['KAFKA_BROKERS'] === bootstrapServers && env['KAFKA_GROUP_ID'] === consumerGroup,
        ),
    );
    return foreign && `scaled by the lag of ${foreign['consumerGroup']} at ${foreign['bootstrapServers']}`;
  }),
];
