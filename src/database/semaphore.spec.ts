import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

/** Requests a permit for each name and records the order in which they got one. */
function takers(semaphore: Semaphore, names: readonly string[]): { got: string[]; all: Promise<unknown> } {
  const got: string[] = [];
  return { got, all: Promise.all(names.map((name) => semaphore.acquire().then(() => got.push(name)))) };
}

describe('Semaphore', () => {
  it('Semaphore grants at most its number of permits, and serves the longest waiting request next', async () => {
    const semaphore = new Semaphore(2);
    const { got, all } = takers(semaphore, ['a', 'b', 'c', 'd']);
    await semaphore.acquire(AbortSignal.abort('asked')).catch(() => undefined);
    expect(got).toEqual(['a', 'b']);
    semaphore.release();
    semaphore.release();
    await all;
    expect(got).toEqual(['a', 'b', 'c', 'd']);
  });

  it('Semaphore grants no permit to a request that has stopped waiting', async () => {
    const semaphore = new Semaphore(1);
    await semaphore.acquire();
    const abort = new AbortController();
    const waiting = semaphore.acquire(abort.signal);
    const next = semaphore.acquire();
    abort.abort(new Error('the partition is lost'));
    await expect(waiting).rejects.toThrow('the partition is lost');
    semaphore.release();
    await expect(next).resolves.toBeUndefined();
  });
});
