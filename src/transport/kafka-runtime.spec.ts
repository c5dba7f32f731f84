import { expect, test } from '@jest/globals';
import { loadConfig } from '../config/index.js';
import type { KafkaPort } from '../client/index.js';
import type { HandlerRegistry } from './handlers/registry/handler-registry.js';
import { KafkaRuntime } from './kafka-runtime.js';

test('a service that is stopped before its microservices start does not consume', async () => {
  const events: string[] = [];
  const producer = {
    send: async () => undefined,
    native: () => undefined,
    disconnect: async () => undefined,
  };
  const port = {
    producer: () => producer,
    topics: async () => ['t'],
    hiddenTopics: async () => [],
    consumer: () => ({
      connect: async () => void events.push('connects'),
      start: async () => void events.push('joins and reads'),
      crashed: new Promise(() => undefined),
      outdated: new Promise(() => undefined),
      native: () => ({}),
      stop: async () => events.push('leaves') > 0,
    }),
    close: () => undefined,
  } as unknown as KafkaPort;
  const registry = {
    groups: ['g'],
    select: () => ({ existing: ['t'], missing: [], skipped: [], retryTopics: [], leftParking: [] }),
    hasTimeouts: () => false,
    awaitsTopics: () => false,
    handlerOf: () => undefined,
  } as unknown as HandlerRegistry;
  const runtime = new KafkaRuntime(loadConfig({}), port);
  await expect(runtime.stop(1_000)).resolves.toBe(true);
  runtime.start(registry, () => undefined);
  await expect(runtime.stop(1_000)).resolves.toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const group of runtime.groups) await group.stop(100);
  expect(events).toEqual([]);
});
