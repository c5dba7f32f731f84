import { describe, expect, it } from '@jest/globals';
import type { Vital } from '../fleet/vitals.js';
import { leakCheck } from './processes.js';

/** Samples of one process: this many seconds with this many sockets, before or after it has joined. */
function looks(...spans: readonly { seconds: number; sockets: number; joined: boolean }[]): Vital[] {
  return spans.flatMap(({ seconds, sockets, joined }) =>
    Array.from({ length: seconds }, () => ({
      at: 0,
      resources: { TCPSocketWrap: sockets },
      rebalances: joined ? 1 : 0,
    })),
  );
}

const check = (vitals: Vital[]) => leakCheck(new Map([['a.1', vitals]]), new Set(['a.1']));

describe('a process at rest', () => {
  it('a process leaks if it holds more than when it began to consume', () => {
    const vitals = looks(
      { seconds: 60, sockets: 8, joined: true },
      { seconds: 30, sockets: 21, joined: true },
    );
    expect(check(vitals)).toMatchObject({
      passed: false,
      examples: ['a.1: 8 TCPSocketWrap at first, 21 at the end'],
    });
  });

  it('a process does not leak if it only found a broker later', () => {
    const vitals = looks(
      { seconds: 15, sockets: 3, joined: false },
      { seconds: 50, sockets: 16, joined: true },
    );
    expect(check(vitals)).toMatchObject({ passed: true });
  });

  it('a process leaks if it never joined and holds more and more', () => {
    const vitals = looks(
      { seconds: 15, sockets: 3, joined: false },
      { seconds: 50, sockets: 16, joined: false },
    );
    expect(check(vitals)).toMatchObject({ passed: false });
  });
});
