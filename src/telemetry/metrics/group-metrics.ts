import type { Registry } from 'prom-client';
import type { GroupConsumer, KafkaRuntime } from '../../transport/index.js';
import { counter, gauge, type Sample } from './families.js';

/** Registers the metrics per consumer group. */
export function registerGroupMetrics(registry: Registry, runtime: KafkaRuntime): void {
  const each = (valueOf: (group: GroupConsumer) => number) => (): Sample<'group'>[] =>
    runtime.groups.map((group) => [{ group: group.status.groupId }, valueOf(group)]);
  const labelNames = ['group'] as const;

  counter(
    registry,
    {
      name: 'kafka_consumer_commits_total',
      help: 'Offset commit requests, each for all partitions of the member, by outcome: success or failure.',
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
      help: 'Number of times this member has joined its group, the first time included: one per rebalance.',
      labelNames,
    },
    each(({ status }) => status.joins),
  );
  counter(
    registry,
    {
      name: 'kafka_consumer_restarts_total',
      help: 'Number of times the consumer failed and was restarted.',
      labelNames,
    },
    each(({ status }) => status.restarts),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_assigned_partitions',
      help: 'Partitions assigned to this member.',
      labelNames,
    },
    each(({ pipeline }) => pipeline.assignedCount),
  );
  gauge(
    registry,
    {
      name: 'kafka_consumer_paused_partitions',
      help: 'Assigned partitions that are paused for any reason, such as the in-flight limit, an open circuit breaker, a handler that stopped its partition, an operator, or a retry that is not yet due.',
      labelNames,
    },
    each(({ pipeline }) => [...pipeline.partitions].filter(({ paused }) => paused).length),
  );
}
