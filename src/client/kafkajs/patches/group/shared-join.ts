import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { installOnce } from '../install-once.js';

const joins = new WeakMap<ConsumerGroup, Promise<void>>();

/** Whether the group's member is joining. */
export function isJoining(group: ConsumerGroup): boolean {
  return joins.has(group);
}

/**
 * Lets all fetch loops of a member share one join, and wait for it before they fetch.
 *
 * - Defect: there is a fetch loop for each broker, and each may call `ConsumerGroup.joinAndSync`
 *   (`consumer/consumerGroup.js`) by itself.
 * - Effect: one member joins twice at the same time, and its two generations overwrite each other.
 * - Test: `join.spec.ts`, "joins once".
 * - Unnecessary when `joinAndSync` returns the join that is in progress.
 */
export const shareJoins = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { joinAndSync, fetch } = prototype;

  prototype.joinAndSync = function (this: ConsumerGroup): Promise<void> {
    if (!hooksOf(this)) return joinAndSync.call(this);
    const inProgress = joins.get(this);
    if (inProgress) return inProgress;
    const join = joinAndSync.call(this).finally(() => joins.delete(this));
    joins.set(this, join);
    return join;
  };

  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    await joins.get(this);
    return fetch.call(this, nodeId);
  };
});
