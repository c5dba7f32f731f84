import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { loadConfig } from '../../config/index.js';
import { InFlightLimiter } from '../../pipeline/index.js';
import { OwnTopics } from '../../redelivery/index.js';
import type { KafkaPort } from '../../client/index.js';
import { GroupConsumer } from './group-consumer.js';
import { SYSTEM_ENVIRONMENT } from './runtime-environment.js';
import type { HandlerRegistry, TopicSelection } from '../handlers/registry/handler-registry.js';

test('a topic that only some brokers list does not make the group rejoin in a loop', async () => {
  let clients = 0;
  const port = {
    topics: () => Promise.resolve(['orders']),
    consumer: () => {
      clients++;
      return {
        connect: () => Promise.resolve(),
        start: () => Promise.resolve(),
        native: () => ({}),
        crashed: new Promise(() => undefined),
        outdated: Promise.resolve(),
        stop: () => Promise.resolve(true),
      };
    },
  } as unknown as KafkaPort;
  const selection: TopicSelection = {
    existing: ['orders'],
    missing: [],
    skipped: [],
    retryTopics: [],
    leftParking: [],
  };
  const registry = {
    hasTimeouts: () => false,
    awaitsTopics: () => false,
    handlerOf: () => undefined,
    select: () => selection,
  } as unknown as HandlerRegistry;
  const group = new GroupConsumer({
    groupId: 'group',
    registry,
    config: loadConfig({}).kafka,
    port,
    ownTopics: new OwnTopics(port),
    limiter: new InFlightLimiter({ records: 1, bytes: 1 }),
    environment: SYSTEM_ENVIRONMENT,
    assignmentChanged: () => undefined,
    phaseChanged: () => undefined,
  });
  group.start();
  await sleep(1_000);
  await group.stop(100);
  expect(clients).toBeGreaterThan(1);
  expect(clients).toBeLessThan(6);
});
