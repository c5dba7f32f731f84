import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { onceAProcess } from './once-a-process.js';

/**
 * kafkajs re-arms a timer with a negative delay for each connection, for ever: Node 24 warns of it and makes
 * it 1 ms, a busy loop on an idle consumer. The timer has a purpose only while the broker throttles the
 * client or a request waits for its turn.
 */
export const quietRequestQueue = onceAProcess(() => {
  const { prototype } = RequestQueue;
  const { scheduleCheckPendingRequests } = prototype;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
  };
});
