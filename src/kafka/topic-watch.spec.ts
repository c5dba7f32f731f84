import { expect, test } from '@jest/globals';
import type { HandlerRegistry } from './handler-registry.js';
import { TopicWatch } from './topic-watch.js';

test('that topics can not be found, or not made, is told once until they can, and looked for again', async () => {
  const answers = ['no grant', 'no grant', 'no broker', ['old'], 'no broker', ['old', 'new']];
  const told: string[] = [];
  const registry: Pick<HandlerRegistry, 'select' | 'awaitsTopics'> = {
    select: (_group, all) => ({ existing: [...all], missing: [], retryTopics: [] }),
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
