import type { Registry } from 'prom-client';
import type { GroupSnapshot } from '../../transport/index.js';
import { counter, gauge, type Sample } from './families.js';
import { type GroupLabel, groupLabels, type Snapshots } from './snapshots.js';

/** Registers the metrics per consumer group. */
export function registerGroupMetrics(registry: Registry, snapshots: Snapshots): void {
  const each = (valueOf: (group: GroupSnapshot) => number) => (): Sample<GroupLabel>[] =>
    snapshots.groups.map((group) => [groupLabels(group), valueOf(group)]);
  const labelNames = ['cluster', 'group'] as const;

  counter(
    registry,
    {
      name: 'kafka_consumer_commits_total',
      help: 'Offset commit requests, each for all partitions of the member, by outcome: success or failure.',
      labelNames: ['cluster', 'group', 'outcome'],
    },
    () =>
      snapshots.groups.flatMap((group): Sample<GroupLabel | 'outcome'>[] => [
        [{ ...groupLabels(group), outcome: 'success' }, group.commits],
        [{ ...groupLabels(group), outcome: 'failure' }, group.commitFailures],
      ]),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_rebalances_total',
      help: 'Number of times this member has joined its group, the first time included: one per rebalance.',
      labelNames,
    },
    each(({ joins }) => joins),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_restarts_total',
      help: 'Number of times the consumer failed and was restarted.',
      labelNames,
    },
    each(({ restarts }) => restarts),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_assigned_partitions',
      help: 'Partitions assigned to this member.',
      labelNames,
    },
    each(({ assignedCount }) => assignedCount),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_paused_partitions',
      help: 'Assigned partitions that are paused for any reason, such as the in-flight limit, an open circuit breaker, a handler that stopped its partition, an operator, or a retry that is not yet due.',
      labelNames,
    },
    each(({ partitions }) => partitions.filter(({ paused }) => paused).length),
  );
}
