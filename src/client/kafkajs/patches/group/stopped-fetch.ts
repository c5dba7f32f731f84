import { setTimeout as sleep } from 'node:timers/promises';
import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { installOnce } from '../install-once.js';

/** How long a fetch loop waits until it checks again whether it is to end, in ms. */
const POLL_MS = 10;

/**
 * Fetches nothing while the consumer stops, and ignores failures of fetches that the stop interrupted.
 *
 * - Defect: `Runner.stop` (`consumer/runner.js`) waits for the running fetches, but lets the loops begin new ones.
 * - Effect: stopping takes up to `maxWaitTimeInMs` longer; a fetch whose connection was closed logs a crash.
 * - Test: `fetch-loop.spec.ts`; with a broker, `test/integration/stopping/throttled-fetch.test.ts`.
 * - Unnecessary when `stop` cancels fetches.
 */
export const endStoppedFetches = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    if (hooks?.stopped) {
      await sleep(POLL_MS);
      return [];
    }
    try {
      return await fetch.call(this, nodeId);
    } catch (error) {
      if (hooks?.stopped) return [];
      throw error;
    }
  };
});
