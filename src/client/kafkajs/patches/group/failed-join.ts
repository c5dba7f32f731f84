import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { installOnce } from '../install-once.js';

/** Groups whose member has given up its partitions for a join that has not succeeded yet. */
const unfinished = new WeakSet<ConsumerGroup>();

/** Whether the last join of the group's member failed. */
export function hasFailedJoin(group: ConsumerGroup): boolean {
  return unfinished.has(group);
}

/**
 * Repeats a failed join at the next fetch.
 *
 * - Defect: `Runner` (`consumer/runner.js`) repeats a join only if the coordinator rejects a heartbeat. The coordinator
 *   may not know about the failed join, may take it for one that succeeded, or may not be asked at all.
 * - Effect: the member has given up its partitions and never fetches again.
 * - Test: `test/integration/rebalancing/failing-join.test.ts`.
 * - Unnecessary when the runner repeats each failed join.
 */
export const repeatFailedJoins = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { joinAndSync, fetch } = prototype;

  prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    if (!hooksOf(this)) return joinAndSync.call(this);
    unfinished.add(this);
    await joinAndSync.call(this);
    unfinished.delete(this);
  };

  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    if (!unfinished.has(this)) return fetch.call(this, nodeId);
    await this.joinAndSync();
    return [];
  };
});
