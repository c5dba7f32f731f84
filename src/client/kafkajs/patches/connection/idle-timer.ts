import RequestQueue from 'kafkajs-pinned/src/network/requestQueue/index.js';
import { installOnce } from '../install-once.js';

/**
 * Arms the timer of a request queue only if there is something to wait for.
 *
 * - Defect: `RequestQueue.scheduleCheckPendingRequests` (`network/requestQueue/index.js`) re-arms a timer with a
 *   negative delay for each connection, without end. Its purpose is a throttled client, or a request that waits for
 *   its turn.
 * - Effect: Node 24 warns about the delay and makes it 1 ms: an idle consumer runs a busy loop.
 * - Test: `idle-timer.spec.ts`.
 * - Unnecessary when kafkajs arms the timer only while requests are pending or the client is throttled.
 */
export const stopIdleTimer = installOnce(() => {
  const { prototype } = RequestQueue;
  const { scheduleCheckPendingRequests } = prototype;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
  };
});
