import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IdempotencyStore, UnitOfWork } from '../idempotency-store.js';

/** A store under test. */
export interface StoreUnderTest {
  readonly store: IdempotencyStore;
  close(): Promise<void>;
}

/** A key so long that a store may store its hash instead. */
const LONG = 'x'.repeat(1_000);
const LONG_HASH = createHash('sha256').update(LONG, 'utf16le').digest('hex');
const failure = new Error('the handler failed');
let scopes = 0;

/** Tests the guarantees of every {@link IdempotencyStore}. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} as an idempotency store`, () => {
    let opened: StoreUnderTest;
    beforeAll(async () => {
      opened = await open();
    }, 60_000);
    afterAll(() => opened.close());

    /** Claims in a scope that only this test uses; records the keys that work was called for. */
    function inScope(scope = `scope-${++scopes}`) {
      const called: string[][] = [];
      const once = (keys: readonly string[], work?: (unit: UnitOfWork) => Promise<void>) =>
        opened.store.once({ scope, keys }, async (unit) => {
          called.push([...unit.fresh]);
          await work?.(unit);
        });
      return { once, called };
    }

    it('a store calls work for a key without a receipt, and not for a key with one', async () => {
      const { once, called } = inScope();
      expect(await once(['a'])).toBe(true);
      expect(await once(['a'])).toBe(false);
      expect(called).toEqual([['a']]);
    });

    it('a store keeps no receipt if work fails', async () => {
      const { once, called } = inScope();
      await expect(once(['a'], () => Promise.reject(failure))).rejects.toBe(failure);
      expect(await once(['a'])).toBe(true);
      expect(called).toEqual([['a'], ['a']]);
    });

    it('a store keeps no receipt if work returns after its signal was aborted, since the call has failed', async () => {
      const scope = `scope-${++scopes}`;
      const stopping = new AbortController();
      const { signal } = stopping;
      const late = opened.store.once({ scope, keys: ['a'], signal }, async () => stopping.abort(failure));
      await expect(late).rejects.toBe(failure);
      expect(await inScope(scope).once(['a'])).toBe(true);
    });

    it('a store distinguishes equal keys of two scopes', async () => {
      expect(await inScope('group/a').once(['same'])).toBe(true);
      expect(await inScope('group/b').once(['same'])).toBe(true);
    });

    it('a store passes work the keys without a receipt, in order', async () => {
      const { once, called } = inScope();
      await once(['c', 'e']);
      await once(['e', 'd', 'c', 'b', 'a']);
      expect(called).toEqual([
        ['c', 'e'],
        ['d', 'b', 'a'],
      ]);
    });

    it('a store keeps no receipt for any of several keys if work fails', async () => {
      const { once, called } = inScope();
      await expect(once(['a', 'b'], () => Promise.reject(failure))).rejects.toBe(failure);
      await once(['b', 'a']);
      expect(called.at(-1)).toEqual(['b', 'a']);
    });

    it.each([
      ['too long for an index', 'x'.repeat(10_000), `${'x'.repeat(9_999)}y`],
      ['with characters that a text column rejects', 'a\0b', 'a\0c'],
      ['with half of a surrogate pair', 'a\ud800', 'a\ud801'],
      ['of which one looks like the hash of the other', LONG, `sha256:${LONG_HASH}`],
      ['that look like SQL', `'); DROP TABLE x; --`, `'); DROP TABLE y; --`],
    ])('a store distinguishes keys that are %s', async (_what, one, other) => {
      const { once } = inScope();
      expect(await once([one])).toBe(true);
      expect(await once([other])).toBe(true);
      expect(await once([one, other])).toBe(false);
    });

    it('a store allows one effect for two concurrent deliveries', async () => {
      const { once, called } = inScope();
      let second: Promise<boolean> | undefined;
      await once(['a'], async () => {
        second = once(['a']);
      });
      expect(await second).toBe(false);
      expect(called).toEqual([['a']]);
    });

    it('a store allows the second delivery the effect if the first fails', async () => {
      const { once, called } = inScope();
      let second: Promise<boolean> | undefined;
      const first = once(['a'], async () => {
        second = once(['a']);
        throw failure;
      });
      await expect(first).rejects.toBe(failure);
      expect(await second).toBe(true);
      expect(called).toEqual([['a'], ['a']]);
    });

    it('a store allows one effect per key for batches that overlap in opposite order', async () => {
      const { once, called } = inScope();
      const keys = Array.from({ length: 50 }, (_, at) => `k${at}`);
      const batches = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? keys : keys.toReversed()));
      await Promise.all(batches.map((batch) => once(batch)));
      expect(called.flat().toSorted()).toEqual(keys.toSorted());
    });

    it('a store keeps the receipts of work that was completed, even if it fails afterwards', async () => {
      const { once } = inScope();
      const work = async (unit: UnitOfWork): Promise<void> => {
        await unit.complete();
        throw failure;
      };
      await expect(once(['a'], work)).rejects.toBe(failure);
      expect(await once(['a'])).toBe(false);
    });
  });
}
