import { describe, expect, test } from '@jest/globals';
import { joined, watched } from './testing/commit-target.js';
import { settled } from './testing/virtual-time.js';

/** A member whose partition has settled one record, whose commit is in progress. */
async function committing() {
  const { committer, source, ...rest } = await joined({ intervalMs: 10_000_000 });
  source.settleBelow(1);
  committer.request();
  const hasWork = (): boolean => source.committedSequence < source.committableSequence;
  return { committer, source, hasWork, ...rest };
}

describe('a flush', () => {
  test('a flush ends once all settled records are committed, including those that settle meanwhile', async () => {
    const { target, committer, source, hasWork } = await committing();
    const flushed = watched(committer.flush(hasWork));
    source.settleBelow(2);
    await target.last.acknowledge();
    expect(flushed.done).toBe(false);
    expect(target.sent).toEqual([['0@1'], ['0@2']]);
    await target.last.acknowledge();
    expect(flushed.done).toBe(true);
  });

  test('a flush ends at once if there is nothing to commit', async () => {
    const { target, committer, hasWork } = await committing();
    await target.last.acknowledge();
    await committer.flush(hasWork);
    expect(target.requests).toHaveLength(1);
  });

  test('a flush continues after transient failures', async () => {
    const { clock, target, committer, hasWork } = await committing();
    const flushed = watched(committer.flush(hasWork));
    await target.last.fail('transient');
    expect(flushed.done).toBe(false);
    await clock.advance(100);
    await target.last.acknowledge();
    expect(flushed.done).toBe(true);
  });

  test('a flush ends when the member has to rejoin', async () => {
    const { target, committer, hasWork } = await committing();
    const flushed = watched(committer.flush(hasWork));
    await target.last.fail('rejoin');
    expect(flushed.done).toBe(true);
    await committer.flush(hasWork);
  });

  test('a flush ends with the next answer after its time limit, although records are uncommitted', async () => {
    const { target, committer, source, hasWork } = await committing();
    let isOver = false;
    const flushed = watched(committer.flush(() => !isOver && hasWork()));
    source.settleBelow(2);
    isOver = true;
    await target.last.acknowledge();
    expect(flushed.done).toBe(true);
    source.settleBelow(3);
    await target.last.acknowledge();
    expect(target.sent).toEqual([['0@1'], ['0@2']]);
  });

  test('a flush ends when the partition of the uncommitted records is lost', async () => {
    const { target, committer, source, hasWork } = await committing();
    let isLost = false;
    const flushed = watched(committer.flush(() => !isLost && hasWork()));
    isLost = true;
    committer.remove(source, new Error('gone'));
    await target.last.acknowledge();
    await settled();
    expect(flushed.done).toBe(true);
  });
});
