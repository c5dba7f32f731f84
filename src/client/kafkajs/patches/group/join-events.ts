import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { installOnce } from '../install-once.js';
import { hasFailedJoin } from './failed-join.js';

/**
 * Tells the consumer before its member joins, while commits are still accepted, and after it has joined.
 *
 * - Defect: kafkajs emits `REBALANCING` (`consumer/runner.js`) without waiting for anyone, and `GROUP_JOIN` without the
 *   generation.
 * - Effect: records that were handled before a rebalance can't be committed, and are handled twice. A partition that
 *   the member kept cannot be distinguished from one that another member owned in between.
 * - Test: `join.spec.ts`.
 * - Unnecessary when kafkajs awaits a listener before a rejoin and tells the generation after it.
 */
export const announceJoins = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { joinAndSync } = prototype;
  prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    const hooks = hooksOf(this);
    if (!hooks) return joinAndSync.call(this);
    // Before a join that failed, the consumer has already given up its partitions.
    if (!hasFailedJoin(this) || !this.memberId) await hooks.beforeJoin(this);
    if (hooks.stopped) throw new Error('the group is not joined because the consumer stops');
    await joinAndSync.call(this);
    hooks.afterJoin(this);
  };
});
