import { describe, expect, test } from '@jest/globals';
import { joined, watched } from './testing/commit-target.js';

/** Longer than these tests run. */
const INTERVAL_MS = 10_000_000;

/** A member whose partition has settled one record, whose commit is in progress. */
async function committing() {
  const { committer, source, ...rest } = await joined({ intervalMs: INTERVAL_MS });
  source.settleBelow(1);
  committer.request();
  return { committer, source, ...rest };
}

describe('a commit that failed with a transient error', () => {
  test('a commit that failed with a transient error is retried after waits that grow up to five seconds, with the records that have settled since', async () => {
    const { clock, target, source } = await committing();
    for (const waitMs of [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
      const before = target.requests.length;
      await target.last.fail('transient');
      source.settleBelow(before + 1);
      await clock.advance(waitMs - 1);
      expect(target.requests).toHaveLength(before);
      await clock.advance(1);
      expect(target.last.offsets).toEqual([`0@${before + 1}`]);
    }
  });

  test('a commit that failed with a transient error is not retried sooner because another commit is requested', async () => {
    const { clock, target, committer, source } = await committing();
    await target.last.fail('transient');
    void committer.whenCommitted(source, 0);
    committer.request();
    expect(target.requests).toHaveLength(1);
    await clock.advance(100);
    expect(target.requests).toHaveLength(2);
  });

  test('a commit that failed with a transient error is retried after the shortest wait if a commit has succeeded since the last failure', async () => {
    const { clock, target, committer, source } = await committing();
    await target.last.fail('transient');
    await clock.advance(100);
    await target.last.fail('transient');
    await clock.advance(200);
    await target.last.acknowledge();
    source.settleBelow(2);
    committer.request();
    await target.last.fail('transient');
    await clock.advance(100);
    expect(target.requests).toHaveLength(5);
  });

  test('a commit that failed with a transient error does not reject the handlers that wait for it, and is counted', async () => {
    const { clock, target, committer, source } = await committing();
    const covered = watched(committer.whenCommitted(source, 0));
    await target.last.fail('transient');
    expect(covered.done).toBe(false);
    expect(committer.counts).toMatchObject({ failures: 1 });
    await clock.advance(100);
    await target.last.acknowledge();
    expect(covered.done).toBe(true);
  });
});

describe('a commit that failed because the member has to rejoin', () => {
  test('a commit that failed because the member has to rejoin suspends all commits until the member has rejoined', async () => {
    const { clock, target, committer, source } = await committing();
    const covered = watched(committer.whenCommitted(source, 0));
    await target.last.fail('rejoin');
    committer.request();
    await clock.advance(2 * INTERVAL_MS);
    expect(target.requests).toHaveLength(1);
    committer.resume();
    expect(target.sent).toEqual([['0@1'], ['0@1']]);
    await target.last.acknowledge();
    expect(covered.done).toBe(true);
  });

  test('a commit that failed because the member has to rejoin does not suspend commits if the member has already rejoined, and is sent again in the new generation', async () => {
    const { clock, target, committer } = await committing();
    committer.resume();
    await target.last.fail('rejoin');
    expect(target.sent).toEqual([['0@1'], ['0@1']]);
    await target.last.acknowledge();
    await clock.advance(INTERVAL_MS);
    expect(target.requests).toHaveLength(2);
  });

  test('a commit that failed because the member has to rejoin cancels the wait for a commit retry', async () => {
    const { clock, target, committer } = await committing();
    await target.last.fail('transient');
    committer.suspend();
    await clock.advance(INTERVAL_MS);
    expect(target.requests).toHaveLength(1);
    committer.resume();
    expect(target.requests).toHaveLength(2);
  });
});
