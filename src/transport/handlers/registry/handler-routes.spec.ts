import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { parkingTopicOf, retryTopicOf } from '../../../redelivery/index.js';
import { DeadLetterTopics, HandlerCatalog } from '../../../replay/index.js';
import {
  HandlerOptionsError,
  type KafkaHandlerOptions,
  resolveHandlerOptions,
} from '../options/handler-options.js';
import { plainServices } from '../../testing/handler-of.js';
import { HandlerRegistry } from './handler-registry.js';

type Declared = readonly [pattern: string | RegExp, options?: KafkaHandlerOptions];

const defaults = { groupId: 'orders', commit: 'auto' } as const;

const notAskedFor = (): never => {
  throw new Error('not asked for');
};

/** The transport's handlers. */
function registryOf(...handlers: readonly Declared[]): HandlerRegistry {
  const services = {
    ...plainServices,
    instrument: notAskedFor,
    respond: notAskedFor,
    failedForGood: notAskedFor,
  };
  const registry = new HandlerRegistry(defaults, services, { of: () => undefined, nameOf: () => undefined });
  for (const [pattern, options] of handlers) registry.add(pattern, notAskedFor, true, { ...options });
  return registry;
}

/** The same handlers as commands and operators' endpoints have them. */
function catalogOf(...handlers: readonly Declared[]): HandlerCatalog {
  return new HandlerCatalog(
    handlers.map(([pattern, options]) => ({
      pattern,
      options: resolveHandlerOptions({ pattern }, { ...options }, defaults),
    })),
  );
}

describe('replay and the operators’ API route like the transport', () => {
  test('commands see the same handlers as the transport if one group names a topic and another has a pattern', () => {
    const handlers: Declared[] = [['orders'], [/^orders/, { groupId: 'audit', onFailure: 'park' }]];
    const registry = registryOf(...handlers);
    registry.select('audit', ['orders']);
    expect(registry.handlerOf('audit', 'orders')).toBeDefined();

    const catalog = catalogOf(...handlers);
    const parked = parkingTopicOf('orders', 'audit');
    const topics = new DeadLetterTopics(['orders', parked], catalog);
    expect({
      replays: catalog.handles('orders', 'audit'),
      ops: topics.ownParking(),
      cli: topics.parking('orders'),
    }).toEqual({ replays: true, ops: [parked], cli: [parked] });
  });

  test('commands see no handler for a topic to which patterns do not apply', () => {
    const catalog = catalogOf([/^orders/, { deadLetterTopic: 'orders.failed' }]);
    const topics = ['orders', 'orders.eu', 'orders.dlt', 'orders.failed', 'orders.orders.retry.1m'];
    expect(topics.filter((topic) => catalog.handles(topic))).toEqual(['orders', 'orders.eu']);
  });

  test('commands see the same dead-letter and parking topics, for any length of topic and group', () => {
    const groupId = 'billing.eu';
    const long = 'o'.repeat(249);
    const catalog = catalogOf(['orders', { groupId }], [/^o+$/, { groupId }]);
    const parked = [parkingTopicOf('orders', groupId), parkingTopicOf(long, groupId)];
    const deadLetters = catalog.deadLetterTopicsOf(long);
    const existing = [
      'orders',
      long,
      'orders.dlt',
      ...deadLetters,
      ...parked,
      'others.dlt',
      'others.x.parked',
    ];
    const topics = new DeadLetterTopics(existing, catalog);
    expect(topics.ownParking()).toEqual(parked.toSorted());
    expect(topics.own().map(({ topic }) => topic)).toEqual(['orders.dlt', ...deadLetters].toSorted());
  });
});

describe('topics to which patterns do not apply', () => {
  test('a pattern does not apply to a dead-letter topic that its handler names, which is reported', () => {
    const registry = registryOf([/^orders/, { deadLetterTopic: 'orders.failed' }]);
    const selection = registry.select('orders', ['orders', 'orders.failed']);
    expect(selection).toMatchObject({ existing: ['orders'], skipped: ['orders.failed'] });
    expect(registry.handlerOf('orders', 'orders.failed')).toBeUndefined();
  });

  test('a pattern does not apply to Kafka’s internal topics', () => {
    const registry = registryOf([/.*/]);
    const selection = registry.select('orders', ['orders', '__consumer_offsets']);
    expect(selection).toMatchObject({ existing: ['orders'], skipped: [] });
    expect(registry.handlerOf('orders', '__consumer_offsets')).toBeUndefined();
  });

  test('a pattern does not apply to a dead-letter topic that a handler of another group names', () => {
    const registry = registryOf(['payments', { deadLetterTopic: 'graveyard' }], [/.*/, { groupId: 'audit' }]);
    expect(registry.select('audit', ['graveyard', 'payments']).existing).toEqual(['payments']);
  });

  test('a pattern does not apply to a topic named like a failure topic, which is reported unless it is the service’s own', () => {
    const own = [retryTopicOf('orders', 'orders', '5m'), parkingTopicOf('orders', 'orders'), 'orders.dlt'];
    const others = ['nightly.retry.1h', 'cars.parked', 'old.dlt', retryTopicOf('orders', 'another', '1m')];
    const registry = registryOf([/.*/]);
    expect(registry.select('orders', ['orders', ...own, ...others])).toMatchObject({
      existing: ['orders'],
      skipped: others,
    });
  });
});

test('a handler that names a topic reads it, even if it is named like a failure topic', () => {
  const named = ['cars.parked', 'nightly.retry.1h', 'old.dlt', '__consumer_offsets', 'orders.failed'];
  const registry = registryOf(
    [/.*/, { deadLetterTopic: 'orders.failed' }],
    ...named.map((topic): Declared => [topic]),
  );
  expect(registry.select('orders', named)).toMatchObject({ existing: named.toSorted(), skipped: [] });
});

describe('handlers whose records would circulate are rejected', () => {
  test.each<[string, readonly Declared[], string]>([
    [
      'whose dead letters go to their own topic',
      [['orders', { deadLetterTopic: 'orders' }]],
      'its dead letters would return to it: orders -> orders',
    ],
    [
      'whose dead letters come back through another',
      [
        ['orders', { deadLetterTopic: 'failed' }],
        ['failed', { deadLetterTopic: 'orders', groupId: 'second' }],
      ],
      'its dead letters would return to it: failed -> orders -> failed',
    ],
    [
      'that read the dead letters of a handler whose topic they name for their own',
      [['orders'], ['orders.dlt', { deadLetterTopic: 'orders' }]],
      'its dead letters would return to it: orders.dlt -> orders -> orders.dlt',
    ],
    [
      'for a topic in which the same group’s retries wait',
      [['orders', { onFailure: 'retry-topic' }], ['orders.orders.retry.1m']],
      'orders.orders.retry.1m is where the same group’s retries of orders wait',
    ],
    [
      'for a topic in which the same group’s retries of what a pattern matches wait',
      [['orders.eu.orders.retry.1m'], [/^orders/, { onFailure: 'retry-topic' }]],
      'orders.eu.orders.retry.1m is where the same group’s retries of orders.eu wait',
    ],
    [
      'with equal delays, as each has a topic of its own',
      [['orders', { onFailure: 'retry-topic', delays: ['1m', '1m', '1m'] }]],
      'a time that is not in the list yet',
    ],
    [
      'whose dead letters would be retried or parked',
      [['orders', { deadLetterTopic: 'orders.orders.retry.1m' }]],
      'no name of a retry or parking topic',
    ],
  ])('handlers are rejected %s', (_what, handlers, message) => {
    expect(() => registryOf(...handlers)).toThrow(HandlerOptionsError);
    expect(() => registryOf(...handlers)).toThrow(message.replaceAll('’', "'"));
  });

  test('handlers of dead-letter topics are accepted if no record circulates', () => {
    expect(() =>
      registryOf(['orders', { deadLetterTopic: 'failed' }], ['failed'], ['failed.dlt', { groupId: 'last' }]),
    ).not.toThrow();
  });
});
