import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { installOnce } from '../install-once.js';

/**
 * Ends the wait of a fetch loop whose partitions are all paused as soon as one of them is resumed, and asks the consumer
 * for the maximum wait of each fetch.
 *
 * - Defect: `ConsumerGroup.fetch` (`consumer/consumerGroup.js`) sleeps for `maxWaitTimeInMs` if all partitions of a broker
 *   are paused. That time is fixed for the life of the consumer.
 * - Effect: a resumed partition is read up to five seconds late.
 * - Test: `fetch-loop.spec.ts`; with a broker, `test/integration/lanes/stuck-key.test.ts`.
 * - Unnecessary when `resume` wakes up the fetch loops.
 */
export const endPausedSleep = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    if (!hooks) return fetch.call(this, nodeId);
    if (!readsFrom(this, nodeId)) {
      await hooks.untilResumed(hooks.maxWaitMs());
      if (!readsFrom(this, nodeId)) return [];
    }
    this.maxWaitTime = hooks.maxWaitMs();
    return fetch.call(this, nodeId);
  };
});

/** Whether a partition that is not paused is fetched from that broker. */
function readsFrom(group: ConsumerGroup, nodeId: string): boolean {
  return group.subscriptionState.active().some(({ topic, partitions }) => {
    const read = group.findReadReplicaForPartitions(topic, partitions)[nodeId];
    return read !== undefined && read.length > 0;
  });
}
