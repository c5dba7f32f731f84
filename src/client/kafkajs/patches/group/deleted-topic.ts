import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { isUnknownTopic } from '../../errors.js';
import { installOnce } from '../install-once.js';

/** How long to wait before the next fetch, in ms: by then the consumer may have been replaced. */
const RETRY_MS = 500;

/**
 * Tells the consumer that a subscribed topic no longer exists: it is then replaced by one that does not subscribe to it.
 *
 * - Defect: `Cluster.refreshMetadata` (`cluster/index.js`) fails for all topics if one does not exist, and
 *   `ConsumerGroup.fetch` (`consumer/consumerGroup.js`) refreshes the metadata again and again.
 * - Effect: after one topic is deleted, no topic is read any more.
 * - Test: `fetch-loop.spec.ts`; with a broker, `test/integration/staying-alive/deleted-topic.test.ts`.
 * - Unnecessary when kafkajs drops a deleted topic from the subscription.
 */
export const rejoinAfterDeletedTopic = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { joinAndSync, fetch } = prototype;

  prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    try {
      await joinAndSync.call(this);
    } catch (error) {
      if (isUnknownTopic(error)) hooksOf(this)?.topicGone();
      throw error;
    }
  };

  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    try {
      return await fetch.call(this, nodeId);
    } catch (error) {
      if (!hooks || hooks.stopped || !isUnknownTopic(error)) throw error;
      hooks.topicGone();
      await hooks.untilResumed(RETRY_MS);
      return [];
    }
  };
});
