import { describe, expect, test } from '@jest/globals';
import type { MessageHandler } from '@nestjs/microservices';
import { decide, DependencyUnavailableError, PermanentError } from '../../../pipeline/index.js';
import { Scene } from '../../../pipeline/testing/scene.js';
import { settled } from '../../../pipeline/testing/virtual-time.js';
import { failedHandlerOf } from './several-handlers.js';
import { handlerOf } from '../../testing/handler-of.js';

/** A record, and a function that calls these handlers with it and returns the error. */
async function called(methods: readonly MessageHandler[]) {
  const scene = new Scene('a');
  await scene.fetch();
  const [record] = scene.call(0).records;
  if (!record) throw new Error('no record');
  const handler = handlerOf(methods);
  const call = async (): Promise<unknown> => {
    try {
      return await handler.invoke(record);
    } catch (error) {
      return error;
    }
  };
  const actionFor = (error: unknown) =>
    decide(error, { failures: 1, elapsedMs: 0 }, handler.failures, 0.5).action;
  return { call, actionFor };
}

const strict = async (): Promise<never> => {
  throw new PermanentError('the payload breaks the schema');
};

describe.each([['first'], ['second']])('two handlers of a topic, the strict one %s', (place) => {
  test('a handler that fails temporarily is called again before the record fails for good', async () => {
    let calls = 0;
    const passing = async (): Promise<void> => {
      if (++calls === 1) throw new Error('connection reset');
    };
    const { call, actionFor } = await called(place === 'first' ? [strict, passing] : [passing, strict]);
    expect(actionFor(await call())).toBe('retry');
    const error = await call();
    expect(calls).toBe(2);
    expect(error).toBeInstanceOf(PermanentError);
    expect(actionFor(error)).toBe('dead-letter');
  });
});

test('a handler that failed permanently is not called again while the other is retried', async () => {
  let strictCalls = 0;
  const countedStrict = async (): Promise<never> => {
    strictCalls++;
    return strict();
  };
  const failing = async (): Promise<never> => {
    throw new Error('connection reset');
  };
  const { call } = await called([countedStrict, failing]);
  for (let tries = 0; tries < 4; tries++) expect(String(await call())).toBe('Error: connection reset');
  expect(strictCalls).toBe(1);
});

test('an error names the handler that threw it', async () => {
  const { call } = await called([async () => undefined, strict]);
  expect(failedHandlerOf(await call())).toBe('Orders.on1');
});

test('a timeout of one of two handlers repeats only that handler', async () => {
  const calls = { quick: 0, slow: 0 };
  let finish = (): void => undefined;
  const quick = async (): Promise<void> => void calls.quick++;
  const slow = async (): Promise<void> => {
    if (++calls.slow === 1) await new Promise<void>((resolve) => (finish = resolve));
  };
  const handler = handlerOf([quick, slow], { timeoutMs: 1_000 });
  const scene = new Scene('a', { timeoutMs: 1_000, invoke: (record) => handler.invoke(record) });
  await scene.fetch();
  await scene.clock.advance(1_500);
  scene.group.checkTimeouts();
  finish();
  await settled();
  await scene.clock.advance(200);
  expect(calls).toEqual({ quick: 1, slow: 2 });
  expect(await scene.committed()).toBe('1');
});

test.each([['first'], ['second']])(
  'while a handler that is called %s waits for a dependency, its error decides and the other uses up no attempts',
  async (place) => {
    const away = new DependencyUnavailableError('the database is away');
    const waiting = (): Promise<never> => Promise.reject(away);
    const failing = (): Promise<never> => Promise.reject(new Error('connection reset'));
    const { call } = await called(place === 'first' ? [waiting, failing] : [failing, waiting]);
    expect(await call()).toBe(away);
    expect(await call()).toBe(away);
  },
);
