import { describe, expect, test } from '@jest/globals';
import type ms from 'ms';
import { systemClock } from '../../pipeline/index.js';
import { retryPrefixOf } from '../../redelivery/index.js';
import { AccessError, type TopicSpec } from '../../client/index.js';
import { HandlerRegistry } from '../handlers/registry/handler-registry.js';
import type { InvocationServices } from '../handlers/invocation/handler-binding.js';
import { TopicWatch } from './topic-watch.js';

test('a failure to list or create topics is logged once until it ends, and retried', async () => {
  const answers = ['no grant', 'no grant', 'no broker', ['old'], 'no broker', ['old', 'new']];
  const reported: string[] = [];
  const registry: Pick<HandlerRegistry, 'select' | 'awaitsTopics'> = {
    select: (_group, all) => ({
      existing: [...all],
      missing: [],
      skipped: [],
      retryTopics: [],
      leftParking: [],
    }),
    awaitsTopics: () => true,
  };
  const watch = new TopicWatch({
    groupId: 'group',
    registry: registry as HandlerRegistry,
    list: () => {
      const answer = answers.shift() ?? [];
      return typeof answer === 'string' ? Promise.reject(new Error(answer)) : Promise.resolve(answer);
    },
    hidden: () => Promise.resolve([]),
    ensure: () => Promise.resolve(),
    refreshMs: 1,
    clock: systemClock,
    topicsListed: () => undefined,
    failed: (why) => reported.push(why),
  });
  await expect(watch.more(['old'], new AbortController().signal)).resolves.toBe('more topics');
  expect(reported).toEqual(['no grant', 'no broker', 'no broker']);
});

test('a watch ends without waiting for brokers that do not answer', async () => {
  const over = new AbortController();
  const registry: Pick<HandlerRegistry, 'awaitsTopics'> = { awaitsTopics: () => true };
  const watch = new TopicWatch({
    groupId: 'group',
    registry: registry as HandlerRegistry,
    list: () => {
      setImmediate(() => over.abort());
      return new Promise(() => undefined);
    },
    hidden: () => Promise.resolve([]),
    ensure: () => Promise.resolve(),
    refreshMs: 1,
    clock: systemClock,
    topicsListed: () => undefined,
    failed: () => undefined,
  });
  await expect(watch.more([], over.signal)).resolves.toBe('over');
});

test('a retry topic that cannot be created does not stop the others from being read, and is retried', async () => {
  const refusals = [new Error('a policy says no'), undefined];
  const seen: (readonly string[])[] = [];
  const registry: Pick<HandlerRegistry, 'select' | 'awaitsTopics'> = {
    select: () => ({
      existing: ['orders'],
      missing: [],
      skipped: [],
      leftParking: [],
      retryTopics: [
        { topic: 'orders.retry.1s', source: 'orders', hop: 0, delayMs: 1_000, isFormer: false },
        { topic: 'orders.retry.1m', source: 'orders', hop: 1, delayMs: 1_000, isFormer: false },
      ],
    }),
    awaitsTopics: () => false,
  };
  const watch = new TopicWatch({
    groupId: 'group',
    registry: registry as HandlerRegistry,
    list: () => Promise.resolve(['orders']),
    hidden: () => Promise.resolve([]),
    ensure: ({ topic }) => {
      const refusal = topic === 'orders.retry.1m' ? refusals.shift() : undefined;
      return refusal ? Promise.reject(refusal) : Promise.resolve();
    },
    refreshMs: 1,
    clock: systemClock,
    topicsListed: (_selection, _hidden, refused) => seen.push(refused),
    failed: () => undefined,
  });
  const topics = await watch.existing();
  expect(topics).toEqual(['orders', 'orders.retry.1s']);
  await expect(watch.more(topics, new AbortController().signal)).resolves.toBe('more topics');
  expect(seen).toEqual([['a policy says no'], []]);
});

test('an outage while retry topics are created delays reading', async () => {
  const registry: Pick<HandlerRegistry, 'select'> = {
    select: () => ({
      existing: ['orders'],
      missing: [],
      skipped: [],
      leftParking: [],
      retryTopics: [{ topic: 'orders.retry.1s', source: 'orders', hop: 0, delayMs: 1_000, isFormer: false }],
    }),
  };
  const away = new AccessError('BROKER_UNREACHABLE', 'no broker can be reached');
  const watch = new TopicWatch({
    groupId: 'group',
    registry: registry as HandlerRegistry,
    list: () => Promise.resolve(['orders']),
    hidden: () => Promise.resolve([]),
    ensure: () => Promise.reject(away),
    refreshMs: 1,
    clock: systemClock,
    topicsListed: () => undefined,
    failed: () => undefined,
  });
  await expect(watch.existing()).rejects.toBe(away);
});

describe('retention of retry topics', () => {
  const services: unknown = { contextServices: () => ({}), failures: { failedRecords: {}, parking: {} } };
  const directCalls = { of: () => undefined, nameOf: () => undefined };

  /** The specifications of the retry topics of `orders`, by the delay in their names. */
  async function retryTopicsOf(delays: ms.StringValue[], existing: string[] = []): Promise<TopicSpec[]> {
    const registry = new HandlerRegistry(
      { groupId: 'g', commit: 'auto' },
      services as InvocationServices,
      directCalls,
    );
    registry.add('orders', () => Promise.resolve(), true, { onFailure: 'retry-topic', delays });
    const ensured: TopicSpec[] = [];
    const watch = new TopicWatch({
      groupId: 'g',
      registry,
      list: () => Promise.resolve(['orders', ...existing]),
      hidden: () => Promise.resolve([]),
      ensure: (spec) => Promise.resolve(void ensured.push(spec)),
      refreshMs: 1,
      clock: systemClock,
      topicsListed: () => undefined,
      failed: () => undefined,
    });
    await watch.existing();
    return ensured;
  }

  /** The verdict on an existing topic with this setting. */
  function judged(
    spec: TopicSpec | undefined,
    name: string,
    value: string,
  ): 'fine' | 'named' | 'not written to' {
    const settings = spec?.settings?.filter((setting) => setting.name === name) ?? [];
    const violated = settings.filter((setting) => !setting.accepts(value));
    if (violated.some(({ isVital }) => isVital)) return 'not written to';
    return violated.length > 0 ? 'named' : 'fine';
  }

  const days = (count: number): string => String(count * 86_400_000);

  test('a retry topic is created without retention limits and never compacted', async () => {
    const specs = await retryTopicsOf(['1h', '10d']);
    const values = specs.map((spec) =>
      ['cleanup.policy', 'retention.ms', 'retention.bytes'].map(
        (name) => spec.settings?.find((setting) => setting.name === name)?.value,
      ),
    );
    expect(values).toEqual([
      ['delete', '-1', '-1'],
      ['delete', '-1', '-1'],
    ]);
  });

  test('nothing is written to a retry topic that deletes records before a day after they are due', async () => {
    const [hour, tenDays] = await retryTopicsOf(['1h', '10d']);
    expect(
      ['3600000', days(1), days(7), days(9), '-1'].map((value) => judged(hour, 'retention.ms', value)),
    ).toEqual(['not written to', 'not written to', 'named', 'fine', 'fine']);
    expect([days(10), days(12), days(18)].map((value) => judged(tenDays, 'retention.ms', value))).toEqual([
      'not written to',
      'named',
      'fine',
    ]);
    expect(judged(hour, 'retention.bytes', '1000000')).toBe('not written to');
    expect(judged(hour, 'cleanup.policy', 'compact')).toBe('not written to');
  });

  test('retry topics of removed delays are checked too', async () => {
    const prefix = retryPrefixOf('orders', 'g');
    const specs = await retryTopicsOf(['1h'], [`${prefix}10d`]);
    expect(specs.map(({ topic }) => topic)).toEqual([`${prefix}1h`, `${prefix}10d`]);
    expect(judged(specs[1], 'retention.ms', days(8))).toBe('not written to');
  });
});
