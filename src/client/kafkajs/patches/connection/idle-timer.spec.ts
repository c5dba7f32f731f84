import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import RequestQueue from 'kafkajs-pinned/src/network/requestQueue/index.js';
import { stopIdleTimer } from './idle-timer.js';

beforeAll(() => stopIdleTimer());

function timersAfterACheck(queue: {
  readonly pending: readonly object[];
  readonly throttledUntil: number;
}): number {
  jest.useFakeTimers();
  try {
    const { scheduleCheckPendingRequests } = RequestQueue.prototype;
    scheduleCheckPendingRequests.call({ throttleCheckTimeoutId: null, ...queue } as RequestQueue);
    return jest.getTimerCount();
  } finally {
    jest.useRealTimers();
  }
}

describe('the timer of a request queue', () => {
  it('the timer of a request queue is not armed while nothing is pending and the client is not throttled', () => {
    expect(timersAfterACheck({ pending: [], throttledUntil: -1 })).toBe(0);
  });

  it('the timer of a request queue is armed for a pending request and for a throttled client', () => {
    expect(timersAfterACheck({ pending: [{}], throttledUntil: -1 })).toBe(1);
    expect(timersAfterACheck({ pending: [], throttledUntil: Date.now() + 60_000 })).toBe(1);
  });
});
