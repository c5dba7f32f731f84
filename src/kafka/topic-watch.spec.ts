import { expect, test } from '@jest/globals';
import { AccessError } from './access.error.js';
import type { HandlerRegistry } from './handler-registry.js';
import { TopicWatch } from './topic-watch.js';

test('that topics can not be found, or not made, is told once until they can, and looked for again', async () => {
  const answers = ['no grant', 'no grant', 'no broker', ['old'], 'no broker', ['old', 'new']];
  const told: string[] = [];
  const registry: Pick<HandlerRegistry, 'select' | 'awaitsTopics'> = {
    select: (_group, all) => ({ existing: [...all], missing: [], skipped: [], retryTopics: [] }),
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
    seen: () => undefined,
    failed: (why) => told.push(why),
  });
  await expect(watch.more(['old'], new AbortController().signal)).resolves.toBe('more topics');
  expect(told).toEqual(['no grant', 'no broker', 'no broker']);
});

test('a retry topic that can not be created keeps nobody from reading the rest, and is asked for again', async () => {
  const refusals = [new Error('a policy says no'), undefined];
  const seen: (readonly string[])[] = [];
  const registry: Pick<HandlerRegistry, 'select' | 'awaitsTopics'> = {
    select: () => ({
      existing: ['orders'],
      missing: [],
      skipped: [],
      retryTopics: [
        { topic: 'orders.retry.1s', source: 'orders', hop: 0, delayMs: 1_000, isLeft: false },
        { topic: 'orders.retry.1m', source: 'orders', hop: 1, delayMs: 1_000, isLeft: false },
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
    seen: (_selection, _hidden, refused) => seen.push(refused),
    failed: () => undefined,
  });
  const topics = await watch.existing();
  expect(topics).toEqual(['orders', 'orders.retry.1s']);
  await expect(watch.more(topics, new AbortController().signal)).resolves.toBe('more topics');
  expect(seen).toEqual([['a policy says no'], []]);
});

test('an outage while retry topics are created is no reason to read without them', async () => {
  const registry: Pick<HandlerRegistry, 'select'> = {
    select: () => ({
      existing: ['orders'],
      missing: [],
      skipped: [],
      retryTopics: [{ topic: 'orders.retry.1s', source: 'orders', hop: 0, delayMs: 1_000, isLeft: false }],
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
    seen: () => undefined,
    failed: () => undefined,
  });
  await expect(watch.existing()).rejects.toBe(away);
});
