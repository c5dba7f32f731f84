import { expect, test } from '@jest/globals';
import { loadConfig } from '../../config/index.js';
import { InFlightLimiter } from '../../pipeline/index.js';
import { OwnTopics } from '../../redelivery/index.js';
import { AccessError, type KafkaPort } from '../../client/index.js';
import { GroupConsumer } from './group-consumer.js';
import { SYSTEM_ENVIRONMENT } from './runtime-environment.js';
import type { HandlerRegistry } from '../handlers/registry/handler-registry.js';

/** A group whose requests for topics always fail with `reason`. */
function groupThatFails(reason: Error): { group: GroupConsumer; failed: Promise<void> } {
  let tellFailed: () => void = () => undefined;
  const failed = new Promise<void>((resolve) => (tellFailed = resolve));
  const port = {
    topics: () => Promise.reject(reason),
    consumer: () => ({
      connect: () => Promise.resolve(),
      native: () => ({}),
      stop: () => {
        setImmediate(tellFailed);
        return Promise.resolve(true);
      },
    }),
  } as unknown as KafkaPort;
  const registry = { hasTimeouts: () => false, handlerOf: () => undefined } as unknown as HandlerRegistry;
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
  return { group, failed };
}

test.each([
  {
    name: 'liveness stays up while no broker can be reached',
    reason: new AccessError('BROKER_UNREACHABLE', 'not there'),
    isProgress: true,
  },
  {
    name: 'liveness stays up while the group uses another assignor',
    reason: new AccessError('JOIN_REFUSED', 'another assignor'),
    isProgress: true,
  },
  {
    name: 'liveness goes down for an unknown error, since a restart may help',
    reason: new Error('what is this'),
    isProgress: false,
  },
])('a client that fails: $name', async ({ reason, isProgress }) => {
  const { group, failed } = groupThatFails(reason);
  Object.assign(group.status, { lastProgressAt: 0 });
  group.start();
  await failed;
  expect(group.status.lastError?.message).toContain(reason.message);
  expect(group.status.lastProgressAt > 0).toBe(isProgress);
  await group.stop(100);
});
