import { describe, expect, test } from '@jest/globals';
import { joined, watched } from './testing/commit-target.js';
import { settled } from './testing/virtual-time.js';

describe('a handler that waits for a commit', () => {
  test('a handler that waits for a commit is resumed once the broker has acknowledged a commit that covers its record', async () => {
    const { target, committer, source } = await joined();
    source.settleBelow(5);
    const covered = watched(committer.whenCommitted(source, 4));
    const beyond = watched(committer.whenCommitted(source, 5));
    await settled();
    expect(covered.done).toBe(false);
    await target.last.acknowledge();
    expect([covered.done, beyond.done]).toEqual([true, false]);
    source.settleBelow(6);
    committer.request();
    await target.last.acknowledge();
    expect(beyond.done).toBe(true);
  });

  test('a handler that waits for a commit is not resumed by a commit that was sent before its record was settled', async () => {
    const { target, committer, source } = await joined();
    source.settleBelow(1);
    committer.request();
    source.settleBelow(2);
    const covered = watched(committer.whenCommitted(source, 1));
    await target.last.acknowledge();
    expect(covered.done).toBe(false);
    await target.last.acknowledge();
    expect(covered.done).toBe(true);
  });

  test('a handler that waits for a commit does not wait if its record is already committed, and causes no request', async () => {
    const { target, committer, source } = await joined();
    source.settleBelow(3);
    committer.request();
    await target.last.acknowledge();
    await committer.whenCommitted(source, 2);
    expect(target.requests).toHaveLength(1);
  });

  test('a handler that waits for a commit is rejected with the reason when its partition is lost, while handlers of other partitions keep waiting', async () => {
    const { target, committer, source, other } = await joined();
    source.settleBelow(1);
    other.settleBelow(1);
    const lost = committer.whenCommitted(source, 0);
    const kept = committer.whenCommitted(other, 0);
    committer.remove(source, new Error('gone'));
    await expect(lost).rejects.toThrow('gone');
    await target.requests[0]?.acknowledge();
    await target.last.acknowledge();
    await expect(kept).resolves.toBeUndefined();
  });

  test('a handler that waits for a commit shares requests with thousands of others', async () => {
    const { target, committer, source } = await joined();
    const all = Array.from({ length: 5000 }, (_, sequence) => {
      source.settleBelow(sequence + 1);
      return committer.whenCommitted(source, sequence);
    });
    await target.last.acknowledge();
    await target.last.acknowledge();
    await Promise.all(all);
    expect(target.sent).toEqual([['0@1'], ['0@5000']]);
  });
});
