import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { refreshLeaders } from '../../consumer/leaders.js';
import { isUnreachable } from '../../errors.js';
import { installOnce } from '../install-once.js';

/** How long to wait before the next fetch from an unreachable broker, in ms. */
const RETRY_MS = 500;

/**
 * Keeps reading from the other brokers while one is unreachable.
 *
 * - Defect: `Runner` (`consumer/runner.js`) ends the consumer after eight failed fetches from one broker.
 * - Effect: the member gives up the partitions of all brokers because one of them is down.
 * - Test: `fetch-loop.spec.ts`; with a broker, `test/integration/staying-alive/moving-brokers.proof.ts`.
 * - Unnecessary when a failed fetch concerns its own broker only.
 */
export const surviveUnreachableBroker = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    try {
      return await fetch.call(this, nodeId);
    } catch (error) {
      if (!hooks || hooks.stopped || !isUnreachable(error)) throw error;
      await refreshLeaders(this);
      await hooks.untilResumed(RETRY_MS);
      return [];
    }
  };
});
