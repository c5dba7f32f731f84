import type { Registry } from 'prom-client';
import type { FailureProblem, PartitionPipeline } from '../../pipeline/index.js';
import type { GroupStatus, KafkaRuntime } from '../../transport/index.js';
import type { EndOffsets } from './end-offsets.js';
import { gauge, type Labels, NO_LABELS, type Sample } from './families.js';
import { lagOf, lagSecondsOf } from './lag-of.js';

type PartitionLabel = 'group' | 'topic' | 'partition';

type Block = FailureProblem['kind'] | 'parking' | 'unreadable' | 'access-denied';

const BLOCKS: readonly Block[] = [
  'not stored',
  'circuit-breaker',
  'stop',
  'dependency',
  'parking',
  'unreadable',
  'access-denied',
];

/** Registers the metrics per assigned partition; a series ends when the partition is revoked. */
export function registerPartitionMetrics(registry: Registry, runtime: KafkaRuntime, ends: EndOffsets): void {
  const each = (valueOf: (pipeline: PartitionPipeline) => number) => (): Sample<PartitionLabel>[] =>
    runtime.groups.flatMap(({ status: { groupId: group }, pipeline: { partitions } }) =>
      Array.from(partitions, (pipeline): Sample<PartitionLabel> => [
        NO_LABELS,
        valueOf(pipeline),
        labelsOf(group, pipeline),
      ]),
    );
  const known = new WeakMap<PartitionPipeline, Labels<PartitionLabel>>();
  const labelsOf = (group: string, pipeline: PartitionPipeline): Labels<PartitionLabel> => {
    const { topic, partition } = pipeline;
    const labels = known.get(pipeline) ?? { group, topic, partition };
    known.set(pipeline, labels);
    return labels;
  };
  const labelNames = ['group', 'topic', 'partition'] as const;

  gauge(
    registry,
    {
      name: 'kafka_consumer_lag',
      help: 'Records from the committable offset (the first record that is not settled) to the end of an assigned partition.',
      labelNames,
    },
    each(lagOf),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_lag_seconds',
      help: 'Age in seconds of the first unsettled record of an assigned partition, by its own timestamp; 0 if all records are settled.',
      labelNames,
    },
    each((pipeline) => lagSecondsOf(pipeline, ends.behindSince(pipeline), Date.now())),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_in_flight',
      help: 'Records of an assigned partition that are in flight: fetched and not settled.',
      labelNames,
    },
    each(({ usage }) => usage.records),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_stalled_seconds',
      help: 'Time in seconds for which the committable offset of an assigned partition has not advanced although a record is in flight.',
      labelNames,
    },
    each(({ stalledForMs }) => stalledForMs / 1000),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_parked_records',
      help: 'Records of an assigned partition that are parked and wait for their release.',
      labelNames,
    },
    each(({ parked }) => parked),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_blocked_records',
      help: 'What blocks partitions until somebody fixes it, by kind. Records: not-stored (their dead-letter, retry or parking topic rejects them), circuit-breaker (too many records failed), stop (the policy of their handler), dependency (a dependency of the handler is unavailable). Partitions: parking (the parking topic cannot be read), unreadable (the next batch cannot be read). access-denied is 1 while the brokers reject the client.',
      labelNames: ['group', 'kind'],
    },
    () => runtime.groups.flatMap(({ status, pipeline }) => blockedOf(status, [...pipeline.partitions])),
  );
}

function blockedOf(
  { groupId: group, unreadableBatches, accessProblem }: GroupStatus,
  pipelines: readonly PartitionPipeline[],
): Sample<'group' | 'kind'>[] {
  const ofPartitions = pipelines.flatMap(({ problems, parkingProblem }): Block[] => [
    ...problems.map(({ kind }) => kind),
    ...(parkingProblem === undefined ? [] : ['parking' as const]),
  ]);
  const blocks: Block[] = [
    ...ofPartitions,
    ...Array.from(unreadableBatches, () => 'unreadable' as const),
    ...(accessProblem === undefined ? [] : ['access-denied' as const]),
  ];
  return BLOCKS.map((block) => [
    { group, kind: block.replace(' ', '-') },
    blocks.filter((each) => each === block).length,
  ]);
}
