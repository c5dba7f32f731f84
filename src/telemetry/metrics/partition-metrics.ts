import type { Registry } from 'prom-client';
import type { FailureProblem, PartitionPipeline } from '../../pipeline/index.js';
import type { GroupStatus, KafkaRuntime } from '../../transport/index.js';
import type { EndOffsets } from './end-offsets.js';
import { gauge, type Labels, NO_LABELS, type Sample } from './families.js';
import { lagOf, lagSecondsOf } from './lag-of.js';

type PartitionLabel = 'group' | 'topic' | 'partition';

type Block = FailureProblem['kind'] | 'parking' | 'unreadable' | 'refused';

const BLOCKS: readonly Block[] = [
  'not stored',
  'brake',
  'stop',
  'dependency',
  'parking',
  'unreadable',
  'refused',
];

/** Registers what is measured of each assigned partition; its series end with the assignment. */
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
      help: "Age in seconds of an assigned partition's first record that is not settled, by the record's own timestamp; 0 where all are settled.",
      labelNames,
    },
    each((pipeline) => lagSecondsOf(pipeline, ends.behindSince(pipeline), Date.now())),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_in_flight',
      help: 'Records of an assigned partition that were fetched and are not settled.',
      labelNames,
    },
    each(({ usage }) => usage.records),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_stalled_seconds',
      help: 'How long the committable offset of an assigned partition has not moved although a record is in flight, in seconds.',
      labelNames,
    },
    each(({ stalledForMs }) => stalledForMs / 1000),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_parked_records',
      help: 'Records of an assigned partition that are parked, and wait to be released.',
      labelNames,
    },
    each(({ parked }) => parked),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_blocked_records',
      help: 'What holds up partitions until it is mended, by kind: records not-stored (where they are to be put aside takes nothing), brake (too many were given up), stop (their handler asked for it), dependency (what their handler depends on can not be used), and partitions for parking (what is parked can not be read) and unreadable (their next batch can not); refused is 1 while the brokers refuse the client.',
      labelNames: ['group', 'kind'],
    },
    () => runtime.groups.flatMap(({ status, pipeline }) => blockedOf(status, [...pipeline.partitions])),
  );
}

function blockedOf(
  { groupId: group, unreadable, refusal }: GroupStatus,
  pipelines: readonly PartitionPipeline[],
): Sample<'group' | 'kind'>[] {
  const ofPartitions = pipelines.flatMap(({ problems, parkingProblem }): Block[] => [
    ...problems.map(({ kind }) => kind),
    ...(parkingProblem === undefined ? [] : ['parking' as const]),
  ]);
  const blocks: Block[] = [
    ...ofPartitions,
    ...Array.from(unreadable, () => 'unreadable' as const),
    ...(refusal === undefined ? [] : ['refused' as const]),
  ];
  return BLOCKS.map((block) => [
    { group, kind: block.replace(' ', '-') },
    blocks.filter((each) => each === block).length,
  ]);
}
