import { describe, expect, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../options/handler-options.js';
import { plainServices } from '../../testing/handler-of.js';
import { HandlerRegistry } from './handler-registry.js';

const GROUP = 'service';

const notAskedFor = (): never => {
  throw new Error('not asked for');
};

function registryOf(...handlers: readonly (readonly [string | RegExp, KafkaHandlerOptions?])[]) {
  const services = {
    ...plainServices,
    instrument: notAskedFor,
    respond: notAskedFor,
    failedForGood: notAskedFor,
  };
  const registry = new HandlerRegistry({ groupId: GROUP, commit: 'auto' }, services, {
    of: () => undefined,
    nameOf: () => undefined,
  });
  for (const [pattern, options] of handlers) registry.add(pattern, notAskedFor, true, { ...options });
  return registry;
}

describe('a group’s topics', () => {
  test('a group reads the existing topics of its handlers’ names and patterns, in order', () => {
    const registry = registryOf(['orders'], [/^audit\./], ['other', { groupId: 'other' }]);
    const { existing } = registry.select(GROUP, ['other', 'orders', 'audit.b', 'audit.a', 'audits']);
    expect(existing).toEqual(['audit.a', 'audit.b', 'orders']);
  });

  test('a topic that a handler names and that does not exist is reported as missing once', () => {
    const registry = registryOf(['b'], ['a'], ['a'], [/^never/], ['there']);
    expect(registry.select(GROUP, ['there'])).toMatchObject({ existing: ['there'], missing: ['a', 'b'] });
  });

  test('a group without handlers reads no topics', () => {
    expect(registryOf(['a']).select('unknown', ['a'])).toMatchObject({ existing: [], missing: [] });
  });

  test('a group awaits topics while one that a handler names is unknown', () => {
    const registry = registryOf(['a'], ['b']);
    expect(registry.awaitsTopics(GROUP, new Set(['a']))).toBe(true);
    expect(registry.awaitsTopics(GROUP, new Set(['a', 'b', 'c']))).toBe(false);
    expect(registry.awaitsTopics('unknown', new Set())).toBe(false);
  });

  test('a group with a pattern always awaits topics', () => {
    expect(registryOf([/^a/]).awaitsTopics(GROUP, new Set(['a']))).toBe(true);
  });
});

test('a group has timeouts if one of its handlers has one', () => {
  const registry = registryOf(['a'], ['b', { timeoutMs: 5 }], ['c', { groupId: 'other' }]);
  expect([registry.hasTimeouts(GROUP), registry.hasTimeouts('other')]).toEqual([true, false]);
});

describe('a group’s retry topics', () => {
  const delays = ['1m', '1h'];

  test('each existing topic has one retry topic per delay and group', () => {
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
  ] as const)('retry topics of an earlier release %s are read too, as a last attempt', (_how, options) => {
    const registry = registryOf(['orders', options]);
    const left = `orders.${GROUP}.retry.10m`;
    const others = ['orders.other.retry.10m', `orders.eu.${GROUP}.retry.10m`, `orders.${GROUP}.retry.soon`];
    const { retryTopics } = registry.select(GROUP, ['orders', left, ...others]);
    expect(retryTopics.filter(({ isFormer }) => isFormer)).toMatchObject([{ topic: left, source: 'orders' }]);
    expect(registry.handlerOf(GROUP, left)?.failures).toMatchObject({
      retry: { attempts: 1 },
      onFailure: 'dead-letter',
    });
  });

  test('a retry topic is found even if it was requested before its source was known', () => {
    const registry = registryOf(['orders', { onFailure: 'retry-topic', delays }]);
    const topic = `orders.${GROUP}.retry.1m`;
    expect(registry.handlerOf(GROUP, topic)).toBeUndefined();
    registry.select(GROUP, ['orders']);
    expect(registry.handlerOf(GROUP, topic)).toBeDefined();
  });

  test('a retry topic is one attempt, followed by the next retry topic or a dead letter', () => {
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

test('a pattern never matches topics of failed records, and a name may', () => {
  const failureTopics = ['orders.dlt', `orders.${GROUP}.retry.10m`, `orders.${GROUP}.parked`];
  const registry = registryOf([/^orders/], ['orders.dlt']);
  expect(registry.select(GROUP, ['orders', ...failureTopics]).existing).toEqual(['orders', 'orders.dlt']);
});

test('failure topics are those of the topics that handlers name or a pattern has matched, in each handler’s group', () => {
  const registry = registryOf(['orders', { deadLetterTopic: 'graveyard' }], [/^audit/, { groupId: 'other' }]);
  const own = [
    'graveyard',
    'orders.dlt',
    `orders.${GROUP}.parked`,
    `orders.${GROUP}.retry.10m`,
    'audit.dlt',
    'audit.other.parked',
    'audit.other.retry.1s',
  ];
  registry.select('other', ['audit', 'orders']);
  expect(own.filter((topic) => !registry.isFailureTopic(topic))).toEqual([]);
  const others = ['orders', 'cars.dlt', 'orders.other.parked', `audit.${GROUP}.parked`, 'nightly.retry.1h'];
  expect(others.filter((topic) => registry.isFailureTopic(topic))).toEqual([]);
});

test('deleted topics are forgotten, and handled again once they are recreated', () => {
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

describe('a parking topic of an earlier policy', () => {
  const parked = `orders.${GROUP}.parked`;

  test.each([
    ['dead-letter', {}, true],
    ['stop', { order: 'partition' }, true],
    ['skip', { read: 'batch' }, false],
  ] as const)(
    'a parking topic of an earlier policy is still read under onFailure: %s',
    (onFailure, options, keepsOrder) => {
      const registry = registryOf(['orders', { ...options, onFailure }]);
      const { leftParking } = registry.select(GROUP, ['orders', parked]);
      expect(leftParking).toEqual([{ topic: parked, source: 'orders', keepsOrder }]);
      const handler = registry.handlerOf(GROUP, 'orders');
      expect(handler?.parking).toBeDefined();
      expect(handler?.failures.onFailure).toBe(onFailure);
    },
  );

  test('a parking topic is read as long as it exists, even if it is found later', () => {
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

  test('only the group’s own parking topic counts, and only if the handler no longer parks', () => {
    const others = registryOf(['orders']).select(GROUP, ['orders', 'orders.other.parked']);
    expect(others.leftParking).toEqual([]);
    const registry = registryOf(['orders', { onFailure: 'park' }]);
    expect(registry.select(GROUP, ['orders', parked]).leftParking).toEqual([]);
    expect(registry.handlerOf(GROUP, 'orders')?.parking).toBeDefined();
  });
});
