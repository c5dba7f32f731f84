import { describe, expect, it } from '@jest/globals';
import type { Vital } from '../fleet/vitals.js';
import { leakCheck } from './processes.js';

/** A look each second: so many seconds with so many sockets, before or after the process has joined. */
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
  it('leaks when it holds more than when it began to consume', () => {
    const vitals = looks(
      { seconds: 60, sockets: 8, joined: true },
      { seconds: 30, sockets: 21, joined: true },
    );
    expect(check(vitals)).toMatchObject({
      passed: false,
      examples: ['a.1: 8 TCPSocketWrap at first, 21 at the end'],
    });
  });

  it('does not leak where it found a broker only later', () => {
    const vitals = looks(
      { seconds: 15, sockets: 3, joined: false },
      { seconds: 50, sockets: 16, joined: true },
    );
    expect(check(vitals)).toMatchObject({ passed: true });
  });

  it('leaks where it has never joined, and holds more and more', () => {
    const vitals = looks(
      { seconds: 15, sockets: 3, joined: false },
      { seconds: 50, sockets: 16, joined: false },
    );
    expect(check(vitals)).toMatchObject({ passed: false });
  });
});
