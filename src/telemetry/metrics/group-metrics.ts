import type { Registry } from 'prom-client';
import type { GroupConsumer, KafkaRuntime } from '../../transport/index.js';
import { counter, gauge, type Sample } from './families.js';

/** Registers what is told of each group as a whole. */
export function registerGroupMetrics(registry: Registry, runtime: KafkaRuntime): void {
  const each = (valueOf: (group: GroupConsumer) => number) => (): Sample<'group'>[] =>
    runtime.groups.map((group) => [{ group: group.status.groupId }, valueOf(group)]);
  const labelNames = ['group'] as const;

  counter(
    registry,
    {
      name: 'kafka_consumer_commits_total',
      help: 'Requests to commit offsets, each for all partitions of the member, by how they ended: success or failure.',
      labelNames: ['group', 'outcome'],
    },
    () =>
      runtime.groups.flatMap(({ status: { groupId: group }, pipeline }): Sample<'group' | 'outcome'>[] => {
        const { commits, failures } = pipeline.committer.state;
        return [
          [{ group, outcome: 'success' }, commits],
          [{ group, outcome: 'failure' }, failures],
        ];
      }),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_rebalances_total',
      help: 'How often this member has joined its group, the first time included: one for each rebalance it lived through.',
      labelNames,
    },
    each(({ status }) => status.joins),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_restarts_total',
      help: 'How often the consumer ended by an error and another one took its place.',
      labelNames,
    },
    each(({ status }) => status.restarts),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_assigned_partitions',
      help: 'Partitions that are assigned to this member.',
      labelNames,
    },
    each(({ pipeline }) => pipeline.assignedCount),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_paused_partitions',
      help: 'Assigned partitions that are not fetched from for now, for whatever reason: over budget, brake, stop, waiting for a retry to be due.',
      labelNames,
    },
    each(({ pipeline }) => [...pipeline.partitions].filter(({ paused }) => paused).length),
  );
}
