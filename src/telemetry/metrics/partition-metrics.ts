import type { Registry } from 'prom-client';
import type { GroupSnapshot, StuckRecord } from '../../transport/index.js';
import type { ReachableOffsets } from './reachable-offsets.js';
import { gauge, NO_LABELS, type Sample } from './families.js';
import { lagSecondsOf } from './lag-of.js';
import {
  type GroupLabel,
  groupLabels,
  type PartitionLabel,
  type ScrapedPartition,
  type Snapshots,
} from './snapshots.js';

type Block = StuckRecord['kind'] | 'parking' | 'unreadable' | 'access-denied';

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
export function registerPartitionMetrics(
  registry: Registry,
  snapshots: Snapshots,
  ends: ReachableOffsets,
): void {
  const each = (valueOf: (partition: ScrapedPartition) => number) => (): Sample<PartitionLabel>[] =>
    snapshots.partitions.map((scraped) => [NO_LABELS, valueOf(scraped), scraped.labels]);
  const labelNames = ['cluster', 'group', 'topic', 'partition'] as const;

  gauge(
    registry,
    {
      name: 'kafka_consumer_lag',
      help: 'Records from the committable offset (the first record that is not settled) to the last one that can be read in an assigned partition: up to the last stable offset with read_committed, the high watermark with read_uncommitted.',
      labelNames,
    },
    each(({ snapshot }) => snapshot.lag),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_lag_seconds',
      help: 'Age in seconds of the first unsettled record of an assigned partition, by its own timestamp; 0 if all records are settled.',
      labelNames,
    },
    each(({ group, snapshot }) => lagSecondsOf(snapshot, ends.behindSince(group, snapshot), Date.now())),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_in_flight',
      help: 'Records of an assigned partition that are in flight: fetched and not settled.',
      labelNames,
    },
    each(({ snapshot }) => snapshot.inFlight),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_stalled_seconds',
      help: 'Time in seconds for which the committable offset of an assigned partition has not advanced although a record is in flight.',
      labelNames,
    },
    each(({ snapshot }) => snapshot.stalledForMs / 1000),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_parked_records',
      help: 'Records of an assigned partition that are parked and wait for their release.',
      labelNames,
    },
    each(({ snapshot }) => snapshot.parked),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_blocked_records',
      help: 'What blocks partitions until somebody fixes it, by kind. Records: not-stored (their dead-letter, retry or parking topic rejects them), circuit-breaker (too many records failed), stop (the policy of their handler), dependency (a dependency of the handler is unavailable). Partitions: parking (the parking topic cannot be read), unreadable (the next batch cannot be read). access-denied is 1 while the brokers reject the client.',
      labelNames: ['cluster', 'group', 'kind'],
    },
    () => snapshots.groups.flatMap(blockedOf),
  );
}

function blockedOf(group: GroupSnapshot): Sample<GroupLabel | 'kind'>[] {
  const { partitions, unreadableBatches, accessProblem } = group;
  const blocks: Block[] = [
    ...partitions.flatMap(({ stuck }) => stuck.map(({ kind }) => kind)),
    ...partitions.flatMap(({ notStartedReason }) =>
      notStartedReason === undefined ? [] : ['parking' as const],
    ),
    ...unreadableBatches.map(() => 'unreadable' as const),
    ...(accessProblem === undefined ? [] : ['access-denied' as const]),
  ];
  return BLOCKS.map((block) => [
    { ...groupLabels(group), kind: block.replace(' ', '-') },
    blocks.filter((each) => each === block).length,
  ]);
}
