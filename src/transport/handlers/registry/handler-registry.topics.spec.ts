import { describe, expect, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../options/handler-options.js';
import { HandlerRegistry } from './handler-registry.js';

const GROUP = 'service';

const notAskedFor = (): never => {
  throw new Error('not asked for');
};

function registryOf(...handlers: readonly (readonly [string | RegExp, KafkaHandlerOptions?])[]) {
  const services = {
    contextServices: () => ({ nativeConsumer: notAskedFor, nativeProducer: notAskedFor }),
    failures: {
      failedRecords: { deadLetter: notAskedFor, retryLater: notAskedFor },
      parking: { open: notAskedFor, park: notAskedFor },
    },
    tracer: undefined,
    instrumented: false,
    instrument: notAskedFor,
    respond: notAskedFor,
    givenUp: notAskedFor,
  };
  const registry = new HandlerRegistry({ groupId: GROUP, commit: 'auto' }, services, {
    of: () => undefined,
    nameOf: () => undefined,
  });
  for (const [pattern, options] of handlers) registry.add(pattern, notAskedFor, true, { ...options });
  return registry;
}

describe('a group’s topics', () => {
  test('are those of its handlers’ names and patterns that there are, in order', () => {
    const registry = registryOf(['orders'], [/^audit\./], ['other', { groupId: 'other' }]);
    const { existing } = registry.select(GROUP, ['other', 'orders', 'audit.b', 'audit.a', 'audits']);
    expect(existing).toEqual(['audit.a', 'audit.b', 'orders']);
  });

  test('are missing where a handler names one that is not there, each named once', () => {
    const registry = registryOf(['b'], ['a'], ['a'], [/^never/], ['there']);
    expect(registry.select(GROUP, ['there'])).toMatchObject({ existing: ['there'], missing: ['a', 'b'] });
  });

  test('are none for a group without handlers', () => {
    expect(registryOf(['a']).select('unknown', ['a'])).toMatchObject({ existing: [], missing: [] });
  });

  test('are awaited while one that a handler names is not known', () => {
    const registry = registryOf(['a'], ['b']);
    expect(registry.awaitsTopics(GROUP, new Set(['a']))).toBe(true);
    expect(registry.awaitsTopics(GROUP, new Set(['a', 'b', 'c']))).toBe(false);
    expect(registry.awaitsTopics('unknown', new Set())).toBe(false);
  });

  test('are awaited for ever where there is a pattern', () => {
    expect(registryOf([/^a/]).awaitsTopics(GROUP, new Set(['a']))).toBe(true);
  });
});

test('a group has timeouts if one of its handlers has', () => {
  const registry = registryOf(['a'], ['b', { timeoutMs: 5 }], ['c', { groupId: 'other' }]);
  expect([registry.hasTimeouts(GROUP), registry.hasTimeouts('other')]).toEqual([true, false]);
});

describe('a group’s retry topics', () => {
  const delays = ['1m', '1h'];

  test('are one for each delay of each topic that is there, under the group’s name', () => {
    const registry = registryOf([/^orders/, { onFailure: 'retry-topic', delays }], ['other']);
    const { existing, retryTopics } = registry.select(GROUP, ['orders.eu', 'other']);
    expect(existing).toEqual(['orders.eu', 'other']);
    expect(retryTopics).toEqual([
      { topic: `orders.eu.${GROUP}.retry.1m`, source: 'orders.eu', hop: 0, delayMs: 60_000, isFormer: false },
      {
        topic: `orders.eu.${GROUP}.retry.1h`,
        source: 'orders.eu',
        hop: 1,
        delayMs: 3_600_000,
        isFormer: false,
      },
    ]);
  });

  test.each([
    ['with other delays', { onFailure: 'retry-topic', delays }],
    ['without any', { onFailure: 'dead-letter' }],
  ] as const)(
    'are read as well where a release %s has left records behind, as a last try',
    (_how, options) => {
      const registry = registryOf(['orders', options]);
      const left = `orders.${GROUP}.retry.10m`;
      const others = ['orders.other.retry.10m', `orders.eu.${GROUP}.retry.10m`, `orders.${GROUP}.retry.soon`];
      const { retryTopics } = registry.select(GROUP, ['orders', left, ...others]);
      expect(retryTopics.filter(({ isFormer }) => isFormer)).toMatchObject([
        { topic: left, source: 'orders' },
      ]);
      expect(registry.handlerOf(GROUP, left)?.failures).toMatchObject({
        retry: { attempts: 1 },
        onFailure: 'dead-letter',
      });
    },
  );

  test('are found although one was asked for before its source was seen', () => {
    const registry = registryOf(['orders', { onFailure: 'retry-topic', delays }]);
    const topic = `orders.${GROUP}.retry.1m`;
    expect(registry.handlerOf(GROUP, topic)).toBeUndefined();
    registry.select(GROUP, ['orders']);
    expect(registry.handlerOf(GROUP, topic)).toBeDefined();
  });

  test('are handled as their source is, once a try, each followed by the next and the last by a dead letter', () => {
    const registry = registryOf(['orders', { onFailure: 'retry-topic', delays }]);
    const { retryTopics } = registry.select(GROUP, ['orders']);
    const handlers = retryTopics.map(({ topic }) => registry.handlerOf(GROUP, topic));
    expect(handlers.map((handler) => handler?.failures)).toMatchObject([
      { onFailure: 'retry-topic', retry: { attempts: 1 } },
      { onFailure: 'dead-letter', retry: { attempts: 1 } },
    ]);
    expect(handlers.every((handler) => handler?.delay)).toBe(true);
  });
});

test('a pattern never means the topics that records are put aside in, a name may', () => {
  const aside = ['orders.dlt', `orders.${GROUP}.retry.10m`, `orders.${GROUP}.parked`];
  const registry = registryOf([/^orders/], ['orders.dlt']);
  expect(registry.select(GROUP, ['orders', ...aside]).existing).toEqual(['orders', 'orders.dlt']);
});

test('topics that are gone are forgotten, and handled again when they come back', () => {
  const registry = registryOf([/^day\./, { onFailure: 'retry-topic', delays: ['1s'] }]);
  const [retry] = registry.select(GROUP, ['day.1']).retryTopics;
  const topics = ['day.1', retry?.topic ?? ''];
  const handlers = topics.map((topic) => registry.handlerOf(GROUP, topic));
  registry.select(GROUP, ['day.1']);
  expect(topics.map((topic) => registry.handlerOf(GROUP, topic))).toEqual(handlers);
  registry.select(GROUP, ['day.2']);
  expect(registry.isRetryTopic(GROUP, topics[1] ?? '')).toBe(false);
  registry.select(GROUP, ['day.1']);
  for (const [i, topic] of topics.entries()) {
    const handler = registry.handlerOf(GROUP, topic);
    expect(handler).toBeDefined();
    expect(handler).not.toBe(handlers[i]);
  }
});

describe('a parking topic that an earlier policy has left', () => {
  const parked = `orders.${GROUP}.parked`;

  test.each([
    ['dead-letter', {}, true],
    ['stop', { order: 'partition' }, true],
    ['skip', { read: 'batch' }, false],
  ] as const)('is still read under onFailure: %s', (onFailure, options, keepsOrder) => {
    const registry = registryOf(['orders', { ...options, onFailure }]);
    const { leftParking } = registry.select(GROUP, ['orders', parked]);
    expect(leftParking).toEqual([{ topic: parked, source: 'orders', keepsOrder }]);
    const handler = registry.handlerOf(GROUP, 'orders');
    expect(handler?.parking).toBeDefined();
    expect(handler?.failures.onFailure).toBe(onFailure);
  });

  test('is no longer read once it was deleted, and read when it is seen later', () => {
    const registry = registryOf(['orders']);
    registry.select(GROUP, ['orders']);
    const before = registry.handlerOf(GROUP, 'orders');
    expect(before?.parking).toBeUndefined();
    registry.select(GROUP, ['orders']);
    expect(registry.handlerOf(GROUP, 'orders')).toBe(before);
    registry.select(GROUP, ['orders', parked]);
    expect(registry.handlerOf(GROUP, 'orders')?.parking).toBeDefined();
    expect(registry.select(GROUP, ['orders']).leftParking).toEqual([]);
    expect(registry.handlerOf(GROUP, 'orders')?.parking).toBeUndefined();
  });

  test('is that of the group itself, and is not named where the handler parks', () => {
    const others = registryOf(['orders']).select(GROUP, ['orders', 'orders.other.parked']);
    expect(others.leftParking).toEqual([]);
    const registry = registryOf(['orders', { onFailure: 'park' }]);
    expect(registry.select(GROUP, ['orders', parked]).leftParking).toEqual([]);
    expect(registry.handlerOf(GROUP, 'orders')?.parking).toBeDefined();
  });
});
