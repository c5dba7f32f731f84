import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { installPatches } from '../../../src/client/kafkajs/patches/index.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { committed, startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);

// Before the spies: restoring them must not remove the patches.
beforeAll(installPatches);
afterEach(async () => {
  jest.restoreAllMocks();
  await stopServices();
});

const QUICK = { KAFKA_SESSION_TIMEOUT_MS: '6000', KAFKA_HEARTBEAT_INTERVAL_MS: '300' };

class ConnectionClosed extends Error {
  override readonly name = 'KafkaJSConnectionClosedError';
  readonly retriable = true;
}

class CoordinatorLoads extends Error {
  override readonly name = 'KafkaJSProtocolError';
  readonly type = 'GROUP_LOAD_IN_PROGRESS';
  readonly retriable = true;
}

type Fault = (ask: () => Promise<unknown>) => Promise<unknown>;

/** Only the first rejoin of a group is answered with `fault`. */
class RejoinFault {
  /** The member's own view of its group, once it has joined. */
  group: ConsumerGroup | undefined;
  happened = false;

  constructor(groupId: string, request: 'joinGroup' | 'syncGroup', fault: Fault) {
    const { joinAndSync } = ConsumerGroup.prototype;
    const isOfRejoin = (group: ConsumerGroup): boolean => this.group === group && !this.happened;
    const happen = (): void => void (this.happened = true);
    const remember = (group: ConsumerGroup): void => void (this.group ??= group);
    jest.spyOn(ConsumerGroup.prototype, 'joinAndSync').mockImplementation(async function (
      this: ConsumerGroup,
    ): Promise<void> {
      if (this.groupId !== groupId) return joinAndSync.call(this);
      const { cluster } = this;
      const find = cluster.findGroupCoordinator.bind(cluster);
      const faulty = async (question: { groupId: string }): Promise<object> => {
        const coordinator: object = await find(question);
        const ask: unknown = Reflect.get(coordinator, request);
        if (!isOfRejoin(this) || typeof ask !== 'function') return coordinator;
        const value = async (payload: unknown): Promise<unknown> => {
          const send = async (): Promise<unknown> => ask.call(coordinator, payload);
          if (!isOfRejoin(this)) return send();
          happen();
          return fault(send);
        };
        return Object.create(coordinator, { [request]: { value } });
      };
      Object.assign(cluster, { findGroupCoordinator: faulty });
      try {
        await joinAndSync.call(this);
        remember(this);
      } finally {
        Object.assign(cluster, { findGroupCoordinator: find });
      }
    });
  }
}

interface Scene {
  readonly fault: RejoinFault;
  readonly group: ConsumerGroup;
  /** Starts a second member. */
  join(): Promise<void>;
  /** Checks that records written from now on are handled and committed. */
  goesOn(): Promise<void>;
}

/** A member of a group that has joined once, and whose next join fails. */
async function scene(request: 'joinGroup' | 'syncGroup', happens: Fault): Promise<Scene> {
  const topic = await createTopic(uniqueName('join'), { partitions: 2 });
  const groupId = uniqueName('group');
  const handled: unknown[] = [];
  const handle = (payload: unknown): void => void handled.push(payload);
  const fault = new RejoinFault(groupId, request, happens);
  const join = async (): Promise<void> => {
    const service = await startHandlers([{ topic, handle }], { groupId, env: QUICK });
    await service.joined();
  };
  await join();
  const { group } = fault;
  if (!group) throw new Error('the member has not joined');
  const goesOn = async (): Promise<void> => {
    await produce(topic, [
      { value: 'after 0', partition: 0 },
      { value: 'after 1', partition: 1 },
    ]);
    const all = (): boolean => handled.includes('after 0') && handled.includes('after 1');
    await waitFor(all, { what: 'the records after it', timeoutMs: 30_000 });
    for (const partition of [0, 1]) {
      await waitFor(async () => (await committed(groupId, topic, partition)) === 1n, {
        what: 'their commits',
      });
    }
  };
  return { fault, group, join, goesOn };
}

describe('a join that fails is repeated', () => {
  test('a join is repeated when the response with the assignment is lost', async () => {
    const { fault, join, goesOn } = await scene('syncGroup', async (ask) => {
      await ask();
      throw new ConnectionClosed('Closed connection');
    });
    await join();
    await waitFor(() => fault.happened, { what: 'the fault', timeoutMs: 20_000 });
    await goesOn();
    expect(fault.happened).toBe(true);
  });

  test('a join is repeated when the coordinator is not ready and the group has not noticed', async () => {
    const { group, goesOn } = await scene('joinGroup', () => Promise.reject(new CoordinatorLoads('loads')));
    // Like kafkajs after a leader has moved; such a fetch is repeated.
    await expect(group.joinAndSync()).rejects.toThrow('loads');
    await goesOn();
  });

  test('a join is repeated when the group has removed the member before', async () => {
    const { group, goesOn } = await scene('joinGroup', () => Promise.reject(new ConnectionClosed('closed')));
    // Like kafkajs if the coordinator does not know the member.
    group.memberId = null;
    await expect(group.joinAndSync()).rejects.toThrow('closed');
    await goesOn();
  });
});
