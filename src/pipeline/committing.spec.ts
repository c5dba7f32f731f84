import { describe, expect, test } from '@jest/globals';
import { joined } from './testing/commit-target.js';
import { shortTurn } from './testing/virtual-time.js';

const INTERVAL_MS = 5000;
const THRESHOLD = 20;

describe('a committer', () => {
  test('a committer commits the committable offsets of all partitions that have moved in one request', async () => {
    const { target, committer, source, other } = await joined();
    source.settleBelow(4);
    other.settleBelow(7);
    committer.request();
    expect(target.sent).toEqual([['0@4', '1@7']]);
  });

  test('a committer sends one request at a time, and commits what settles meanwhile in the next one', async () => {
    const { target, committer, source, other } = await joined();
    source.settleBelow(1);
    committer.request();
    for (const sequence of [2, 3, 4]) {
      source.settleBelow(sequence);
      other.settleBelow(sequence);
      committer.request();
    }
    expect(target.sent).toEqual([['0@1']]);
    await target.last.acknowledge();
    expect(target.sent).toEqual([['0@1'], ['0@4', '1@4']]);
    await target.last.acknowledge();
    expect(target.requests).toHaveLength(2);
  });

  test('a committer commits settled records on its interval, and sends no request if nothing has settled', async () => {
    const { clock, target, source } = await joined();
    // The first interval began with the join, a millisecond ago.
    await clock.advance(3 * INTERVAL_MS - 1);
    expect(target.sent).toEqual([]);
    source.settleBelow(2);
    await clock.advance(INTERVAL_MS - 1);
    expect(target.sent).toEqual([]);
    await clock.advance(1);
    expect(target.sent).toEqual([['0@2']]);
    await target.last.acknowledge();
    source.settleBelow(3);
    await clock.advance(INTERVAL_MS);
    expect(target.sent).toEqual([['0@2'], ['0@3']]);
  });

  test('a committer commits no offset twice', async () => {
    const { clock, target, committer, source } = await joined();
    source.settleBelow(2);
    committer.request();
    committer.request();
    await target.last.acknowledge();
    committer.request();
    await clock.advance(3 * INTERVAL_MS);
    expect(target.sent).toEqual([['0@2']]);
    expect(source.committed).toBe('2');
  });

  test('a committer does not wait for its interval once many records have settled', async () => {
    const { target, committer, source } = await joined({ threshold: THRESHOLD });
    for (let sequence = 1; sequence < 3 * THRESHOLD; sequence++) {
      source.settleBelow(sequence);
      committer.noteSettled();
    }
    expect(target.sent).toEqual([[`0@${THRESHOLD}`]]);
    await target.last.acknowledge();
    expect(target.sent).toEqual([[`0@${THRESHOLD}`], [`0@${3 * THRESHOLD - 1}`]]);
  });

  test('a committer sends all commits that are requested in one turn of the event loop as one request', async () => {
    const { clock, target, committer, source } = await joined({}, (each) => shortTurn(each, 1));
    for (const sequence of [1, 2, 3]) {
      source.settleBelow(sequence);
      committer.request();
    }
    expect(target.sent).toEqual([]);
    await clock.advance(1);
    expect(target.sent).toEqual([['0@3']]);
  });

  test('a committer counts commits and failures', async () => {
    const { clock, target, committer, source } = await joined();
    source.settleBelow(1);
    await clock.advance(INTERVAL_MS);
    await target.last.acknowledge();
    expect(committer.counts).toEqual({ commits: 2, failures: 0 });
  });
});
