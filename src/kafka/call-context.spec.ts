import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { CallContext } from './call-context.js';

test('the Node that this project runs on takes the cheap way', () => {
  expect(new CallContext().isCheap).toBe(true);
});

test('a field that Node does not look at is seen not to work', () => {
  expect(new CallContext(Symbol('somewhere else')).isCheap).toBe(false);
});

describe.each([
  ['the cheap way', () => new CallContext<string>()],
  ['the documented way', () => new CallContext<string>(Symbol('none'))],
])('by %s, a value', (_name, make) => {
  test('is found after every kind of wait, beside others', async () => {
    const context = make();
    const seen: (string | undefined)[] = [];
    const look = async (): Promise<void> => {
      seen.push(context.current);
      await undefined;
      seen.push(context.current);
      await immediate();
      seen.push(context.current);
      await sleep(1);
      seen.push(context.current);
      process.nextTick(() => seen.push(context.current));
      await immediate();
    };
    await Promise.all(['a', 'b', 'c'].map((value) => context.run(value, look, undefined)));
    expect(seen.toSorted()).toEqual([...'aaaaabbbbbccccc']);
  });

  test('is gone for the caller, whether the call returns or throws', () => {
    const context = make();
    expect(context.run('a', (argument) => `${argument} in ${context.current}`, 'x')).toBe('x in a');
    expect(context.current).toBeUndefined();
    const fail = (): never => {
      throw new Error('no');
    };
    expect(() => context.run('a', fail, undefined)).toThrow('no');
    expect(context.current).toBeUndefined();
  });

  test('gives way to an inner one, and comes back', () => {
    const context = make();
    const seen = context.run(
      'outer',
      () => [context.run('inner', () => context.current, undefined), context.current],
      undefined,
    );
    expect(seen).toEqual(['inner', 'outer']);
  });

  test('stands beside storages of the handler’s own', async () => {
    const context = make();
    const own = new AsyncLocalStorage<string>();
    const look = async (): Promise<unknown[]> => {
      const within = await own.run('own', async () => {
        await immediate();
        return [context.current, own.getStore()];
      });
      return [...within, context.current, own.getStore(), own.exit(() => context.current)];
    };
    expect(await context.run('a', look, undefined)).toEqual(['a', 'own', 'a', undefined, 'a']);
  });
});
