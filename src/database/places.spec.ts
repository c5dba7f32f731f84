import { describe, expect, it } from '@jest/globals';
import { Places } from './places.js';

/** Takes a place for each name and records the order in which they got one. */
function takers(places: Places, names: readonly string[]): { got: string[]; all: Promise<unknown> } {
  const got: string[] = [];
  return { got, all: Promise.all(names.map((name) => places.acquire().then(() => got.push(name)))) };
}

describe('Places', () => {
  it('Places gives out at most its number of places, and serves the longest waiting request next', async () => {
    const places = new Places(2);
    const { got, all } = takers(places, ['a', 'b', 'c', 'd']);
    await places.acquire(AbortSignal.abort('asked')).catch(() => undefined);
    expect(got).toEqual(['a', 'b']);
    places.release();
    places.release();
    await all;
    expect(got).toEqual(['a', 'b', 'c', 'd']);
  });

  it('Places gives no place to a request that has stopped waiting', async () => {
    const places = new Places(1);
    await places.acquire();
    const abort = new AbortController();
    const waiting = places.acquire(abort.signal);
    const next = places.acquire();
    abort.abort(new Error('the partition is lost'));
    await expect(waiting).rejects.toThrow('the partition is lost');
    places.release();
    await expect(next).resolves.toBeUndefined();
  });
});
