import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { CallContext, type ContextSlot, Framed } from './call-context.js';

class Named extends Framed {
  constructor(readonly name: string) {
    super();
  }
}

const nameIn = ({ current }: CallContext): string | undefined =>
  current instanceof Named ? current.name : undefined;

// Node 22 has such a slot only if it is started with --experimental-async-context-frame.
test('Node 24, which this project runs on, needs no maps for a context', () => {
  expect(new CallContext().isCheap).toBe(Number.parseInt(process.versions.node, 10) >= 24);
});

/** A slot that stores a frame, but that Node does not read. */
class SlotElsewhere implements ContextSlot {
  #frame: unknown;

  current(): unknown {
    return this.#frame;
  }

  set(frame: unknown): void {
    this.#frame = frame;
  }
}

test('a slot that Node does not read is detected as unusable', () => {
  expect(new CallContext(new SlotElsewhere()).isCheap).toBe(false);
});

describe.each([
  ['the cheap way', () => new CallContext()],
  ['the documented way', () => new CallContext(new SlotElsewhere())],
])('a context, entered by %s', (_name, make) => {
  test('a context is found after every kind of await, beside other storages', async () => {
    const context = make();
    const seen: (string | undefined)[] = [];
    const look = async (): Promise<void> => {
      seen.push(nameIn(context));
      await undefined;
      seen.push(nameIn(context));
      await immediate();
      seen.push(nameIn(context));
      await sleep(1);
      seen.push(nameIn(context));
      process.nextTick(() => seen.push(nameIn(context)));
      await immediate();
    };
    await Promise.all(['a', 'b', 'c'].map((value) => context.run(new Named(value), look, undefined)));
    expect(seen.toSorted()).toEqual([...'aaaaabbbbbccccc']);
  });

  test('a context ends with its call, whether the call returns or throws', () => {
    const context = make();
    expect(context.run(new Named('a'), (argument) => `${argument} in ${nameIn(context)}`, 'x')).toBe(
      'x in a',
    );
    expect(nameIn(context)).toBeUndefined();
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => context.run(new Named('a'), fail, undefined)).toThrow('no');
    expect(nameIn(context)).toBeUndefined();
  });

  test('an inner context hides the outer one until it ends', () => {
    const context = make();
    const seen = context.run(
      new Named('outer'),
      () => [context.run(new Named('inner'), () => nameIn(context), undefined), nameIn(context)],
      undefined,
    );
    expect(seen).toEqual(['inner', 'outer']);
  });

  test('a context does not affect storages of the handler', async () => {
    const context = make();
    const own = new AsyncLocalStorage<string>();
    const look = async (): Promise<unknown[]> => {
      const within = await own.run('own', async () => {
        await immediate();
        return [nameIn(context), own.getStore()];
      });
      return [...within, nameIn(context), own.getStore(), own.exit(() => nameIn(context))];
    };
    expect(await context.run(new Named('a'), look, undefined)).toEqual(['a', 'own', 'a', undefined, 'a']);
  });

  test('a context does not include storages that its caller has entered', async () => {
    const context = make();
    const tenant = new AsyncLocalStorage<string>();
    const look = async (): Promise<unknown> => {
      const atOnce = tenant.getStore();
      await immediate();
      return [atOnce, tenant.getStore()];
    };
    const inner = await tenant.run('another tenant', () => context.run(new Named('a'), look, undefined));
    expect(inner).toEqual([undefined, undefined]);
  });
});
