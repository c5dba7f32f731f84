import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { toOffset, type TopicPartition } from '../../../../pipeline/index.js';
import { assignedPartitions } from '../../consumer/assigned-partitions.js';
import { type GroupHooks, hooksOf } from '../../consumer/group-hooks.js';
import { NoCommittedOffsetError } from '../../errors.js';
import { installOnce } from '../install-once.js';
import { isLeadersAnswer } from './read-replica.js';
import { isJoining } from './shared-join.js';

/**
 * Continues at the first or last offset of the log, as configured, when the leader's log does not have the next offset. The
 * answer of another replica is ignored: the partition is fetched again.
 *
 * - Defect: `ConsumerGroup.recoverFromOffsetOutOfRange` (`consumer/consumerGroup.js`) commits the placeholder -1 or -2.
 * - Effect: the committed offset is lost; a member that takes over the partition then skips or repeats records.
 * - Test: `test/integration/reading/offset-reset.test.ts`.
 * - Unnecessary when kafkajs resolves the placeholder before it commits.
 */
export const resetOutOfRange = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { recoverFromOffsetOutOfRange } = prototype;
  prototype.recoverFromOffsetOutOfRange = async function (
    this: ConsumerGroup,
    error: Error & TopicPartition,
  ): Promise<void> {
    const hooks = hooksOf(this);
    if (!hooks) return recoverFromOffsetOutOfRange.call(this, error);
    if (!(await isLeadersAnswer(this, error, error))) return;
    if (hooks.requiresCommittedOffset(error.topic))
      throw new NoCommittedOffsetError(this.groupId, [error], 'out of range');
    await reset(this, hooks, error);
  };
});

async function reset(group: ConsumerGroup, hooks: GroupHooks, at: TopicPartition): Promise<void> {
  const { topic, partition } = at;
  const { generationId: generation } = group;
  const { fromBeginning = false } = group.topicConfigurations[topic] ?? {};
  const [response] = await group.cluster.fetchTopicsOffset([
    { topic, partitions: [{ partition }], fromBeginning },
  ]);
  const offset = response?.partitions[0]?.offset;
  if (offset === undefined || group.generationId !== generation || isJoining(group)) return;
  const isAssigned = assignedPartitions(group).some(
    (each) => each.topic === topic && each.partition === partition,
  );
  if (!isAssigned) return;
  const from = hooks.outOfRange({ topic, partition, offset: toOffset(offset) });
  const { resolvedOffsets } = group.offsetManager;
  const committed = group.offsetManager.committedOffsets();
  (resolvedOffsets[topic] ??= {})[partition] = from;
  (committed[topic] ??= {})[partition] = from;
}
