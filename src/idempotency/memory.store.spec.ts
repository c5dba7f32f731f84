import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryStore } from './memory.store.js';
import { describeStore } from './testing/store-conformance.js';

describeStore('MemoryStore', async () => ({ store: new MemoryStore(), close: async () => undefined }));

const key = fc.constantFrom('a', 'b', 'c', 'd');
const keys = fc.uniqueArray(key, { minLength: 1 });
const nothing = async (): Promise<void> => undefined;

describe('MemoryStore', () => {
  it('MemoryStore permits one effect per key, one at a time, for any failures and any overlap of deliveries', async () => {
    const deliveries = fc.array(fc.record({ keys, fails: fc.boolean() }), { maxLength: 12 });
    const property = fc.asyncProperty(fc.scheduler(), deliveries, async (scheduler, all) => {
      const store = new MemoryStore();
      const activeCalls = new Set<string>();
      const effects: string[] = [];
      const together: string[] = [];
      const results = all.map(({ keys: claimed, fails }) =>
        store.once({ scope: 's', keys: claimed }, async ({ fresh }) => {
          together.push(...fresh.filter((each) => activeCalls.has(each)));
          for (const each of fresh) activeCalls.add(each);
          await scheduler.schedule(Promise.resolve());
          for (const each of fresh) activeCalls.delete(each);
          if (fails) throw new Error('failed');
          effects.push(...fresh);
        }),
      );
      const settled = await scheduler.waitFor(Promise.allSettled(results));
      expect(together).toEqual([]);
      const succeeded = all.filter((_, at) => settled[at]?.status === 'fulfilled');
      expect(effects.toSorted()).toEqual([...new Set(succeeded.flatMap((each) => each.keys))].toSorted());
    });
    await fc.assert(property);
  });

  it('MemoryStore behaves like a plain list of receipts with their times', async () => {
    const step = fc.record({ keys, afterMs: fc.nat(60) });
    const property = fc.asyncProperty(
      fc.array(step),
      fc.integer({ min: 1, max: 3 }),
      async (steps, maxReceipts) => {
        let now = 0;
        const store = new MemoryStore({ ttlMs: 100, maxReceipts, now: () => now });
        let model: { readonly key: string; readonly at: number }[] = [];
        for (const { keys: claimed, afterMs } of steps) {
          now += afterMs;
          model = model.filter(({ at }) => at > now - 100);
          const fresh = claimed.filter((each) => !model.some((receipt) => receipt.key === each));
          let called: readonly string[] = [];
          await store.once({ scope: 's', keys: claimed }, async (unit) => void (called = unit.fresh));
          expect(called).toEqual(fresh);
          model = [...model, ...fresh.map((each) => ({ key: each, at: now }))].slice(-maxReceipts);
          expect(store.size).toBe(model.length);
        }
      },
    );
    await fc.assert(property);
  });

  it('MemoryStore stops waiting for another delivery when the signal is aborted', async () => {
    const store = new MemoryStore();
    const abort = new AbortController();
    const reason = new Error('the partition is lost');
    await store.once({ scope: 's', keys: ['a'] }, async () => {
      const second = store.once({ scope: 's', keys: ['a'], signal: abort.signal }, nothing);
      abort.abort(reason);
      await expect(second).rejects.toBe(reason);
    });
  });
});
