import { expect, test } from '@jest/globals';
import type { HandlerRegistry } from './handler-registry.js';
import { TopicWatch } from './topic-watch.js';

test('that topics can not be found, or not made, is told once for each reason, and looked for again', async () => {
  const reasons = ['no grant', 'no grant', 'no broker', undefined];
  const told: string[] = [];
  const registry: Pick<HandlerRegistry, 'select' | 'awaitsTopics'> = {
    select: (_group, all) => ({ existing: [...all], missing: [], retryTopics: [] }),
    awaitsTopics: () => true,
  };
  const watch = new TopicWatch({
    groupId: 'group',
    registry: registry as HandlerRegistry,
    list: () => {
      const reason = reasons.shift();
      return reason === undefined ? Promise.resolve(['old', 'new']) : Promise.reject(new Error(reason));
    },
    hidden: () => Promise.resolve([]),
    ensure: () => Promise.resolve(),
    refreshMs: 1,
    seen: () => undefined,
    failed: (why) => told.push(why),
  });
  await expect(watch.more(['old'], new AbortController().signal)).resolves.toBe('more topics');
  expect(told).toEqual(['no grant', 'no broker']);
});
