import { describe, expect, test } from '@jest/globals';
import { settled, VirtualClock } from '../../../pipeline/testing/virtual-time.js';
import type { HeartbeatAnswer, HeartbeatQuestion } from '../messages/consumer-group-heartbeat.js';
import { GroupMembership, type MembershipListener } from './group-membership.js';
import { Member } from './member.js';
import { ModelCoordinator, Refusal } from './testing/model-coordinator.js';

const ORDERS = 'a0';
const CODES: Readonly<Record<string, number>> = {
  UNKNOWN_MEMBER_ID: 25,
  FENCED_MEMBER_EPOCH: 110,
  UNRELEASED_INSTANCE_ID: 111,
};

/** A membership whose heartbeats reach a model coordinator, unless `failure` is set. */
class Scene {
  readonly clock = new VirtualClock();
  readonly coordinator = new ModelCoordinator(new Map([[ORDERS, { name: 'orders', partitions: 2 }]]));
  readonly events: string[] = [];
  readonly sent: HeartbeatQuestion[] = [];
  failure: Error | undefined;
  lookUpFailure: Error | undefined;
  endDrain: () => void = () => undefined;
  readonly membership: GroupMembership;
  #ids = 0;

  constructor() {
    const note =
      (what: string) =>
      (partitions: readonly { readonly partition: number }[]): void =>
        void this.events.push(`${what} ${partitions.map(({ partition }) => partition).join()}`);
    const listener: MembershipListener = {
      assigned: note('assigned'),
      revoked: note('revoked'),
      lost: note('lost'),
      revoking: (partitions) => {
        note('revoking')(partitions);
        return new Promise((resolve) => (this.endDrain = resolve));
      },
      heartbeat: () => undefined,
      ended: (error) => void this.events.push(`ended: ${error.message}`),
    };
    const member = new Member({
      groupId: 'group',
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 60_000,
      serverAssignor: null,
      newMemberId: () => `m-${++this.#ids}`,
    });
    const coordinator = {
      heartbeat: (question: HeartbeatQuestion) => this.#answer(question),
      forget: () => void this.events.push('forgot the coordinator'),
      topicNames: async (): Promise<ReadonlyMap<string, string>> => {
        if (this.lookUpFailure) throw this.lookUpFailure;
        return new Map([[ORDERS, 'orders']]);
      },
    };
    this.membership = new GroupMembership(member, coordinator, listener, this.clock);
  }

  async #answer(question: HeartbeatQuestion): Promise<HeartbeatAnswer> {
    this.sent.push(question);
    if (this.failure) throw this.failure;
    const answer = this.coordinator.heartbeat(question);
    if (!(answer instanceof Refusal)) return answer;
    return {
      throttleTimeMs: 0,
      errorCode: CODES[answer.error] ?? -1,
      errorMessage: null,
      memberEpoch: 0,
      heartbeatIntervalMs: 0,
      assignment: null,
    };
  }
}

async function joined(): Promise<Scene> {
  const scene = new Scene();
  await scene.membership.join(['orders']);
  await settled();
  expect(scene.events).toEqual(['assigned 0,1']);
  return scene;
}

test('a member sends a heartbeat every interval that the coordinator names, and none more', async () => {
  const { clock, sent } = await joined();
  const before = sent.length;
  await clock.advance(4_999);
  expect(sent).toHaveLength(before);
  await clock.advance(20_001);
  expect(sent).toHaveLength(before + 5);
});

describe('a revocation', () => {
  async function revoking(): Promise<Scene> {
    const scene = await joined();
    scene.coordinator.heartbeat({
      groupId: 'group',
      memberId: 'other',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: ['orders'],
      serverAssignor: null,
      topicPartitions: [],
    });
    await scene.clock.advance(5_000);
    expect(scene.events.slice(1)).toEqual(['revoking 1']);
    return scene;
  }

  test('is awaited while heartbeats go on, and acknowledged at once when the drain has ended', async () => {
    const scene = await revoking();
    const before = scene.sent.length;
    await scene.clock.advance(25_000);
    expect(scene.sent).toHaveLength(before + 5);
    expect(scene.sent.slice(before).every(({ topicPartitions }) => topicPartitions === null)).toBe(true);
    scene.endDrain();
    await settled();
    expect(scene.sent.at(-1)?.topicPartitions).toEqual([{ topicId: ORDERS, partitions: [0] }]);
    expect(scene.events.slice(1)).toEqual(['revoking 1', 'revoked 1']);
  });

  test('that ends after the group has removed the member revokes nothing', async () => {
    const scene = await revoking();
    scene.coordinator.expire('m-1');
    await scene.clock.advance(5_000);
    scene.endDrain();
    await settled();
    expect(scene.events.slice(1)).toEqual(['revoking 1', 'lost 0,1', 'assigned 1']);
    expect(scene.membership.member.identity?.memberId).toBe('m-2');
  });
});

test('a topic that cannot be looked up is looked up again, in half a second', async () => {
  const scene = new Scene();
  scene.lookUpFailure = new Error('no broker answers');
  await scene.membership.join(['orders']);
  await settled();
  expect(scene.events).toEqual([]);
  scene.lookUpFailure = undefined;
  await scene.clock.advance(500);
  expect(scene.events).toEqual(['assigned 0,1']);
});

test('a coordinator that does not answer for a while costs no membership', async () => {
  const scene = await joined();
  scene.failure = new Error('the connection broke');
  await scene.clock.advance(5_000 + 200 + 400);
  scene.failure = undefined;
  await scene.clock.advance(10_000);
  expect(scene.membership.member).toMatchObject({ state: 'stable', identity: { memberId: 'm-1' } });
  expect(scene.events.slice(1)).toEqual(Array(3).fill('forgot the coordinator'));
});

test('a coordinator that never answers ends the member', async () => {
  const scene = new Scene();
  scene.failure = new Error('the connection broke');
  const join = scene.membership.join(['orders']);
  await settled();
  await scene.clock.advance(60_000);
  await expect(join).rejects.toThrow('the connection broke');
  expect(scene.events.at(-1)).toBe('ended: the connection broke');
  expect(await scene.membership.leave()).toBe(false);
});

describe('leaving', () => {
  test('does not wait for the next interval', async () => {
    const scene = await joined();
    expect(await scene.membership.leave()).toBe(true);
    expect(scene.coordinator.log.at(-1)).toBe('m-1 leaves');
    expect(scene.clock.pending).toBe(0);
  });

  test('says so if the coordinator does not confirm it', async () => {
    const scene = await joined();
    scene.failure = new Error('the connection broke');
    const leaving = scene.membership.leave();
    await settled();
    await scene.clock.advance(10_000);
    expect(await leaving).toBe(false);
    expect(scene.events.slice(1)).toEqual(Array(3).fill('forgot the coordinator'));
  });

  test('before the join has been sent asks nobody', async () => {
    const scene = new Scene();
    expect(await scene.membership.leave()).toBe(true);
    expect(scene.sent).toEqual([]);
  });
});

test('a commit that came too early is repeated after the next heartbeat', async () => {
  const scene = await joined();
  let isAnswered = false;
  void scene.membership.nextHeartbeat().then(() => (isAnswered = true));
  await scene.clock.advance(4_000);
  expect(isAnswered).toBe(false);
  await scene.clock.advance(1_000);
  expect(isAnswered).toBe(true);
});
