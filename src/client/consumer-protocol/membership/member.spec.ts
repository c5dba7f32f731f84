import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ModelCoordinator } from './testing/model-coordinator.js';
import { type Delivery, ModeledMember } from './testing/modeled-member.js';

const ORDERS = 'a0';

function coordinatorWith(partitions = 4): ModelCoordinator {
  return new ModelCoordinator(new Map([[ORDERS, { name: 'orders', partitions }]]));
}

function joined(name: string, coordinator: ModelCoordinator): ModeledMember {
  const modeled = new ModeledMember(name, coordinator);
  modeled.member.join(['orders']);
  modeled.beatWhileDue();
  return modeled;
}

/** Sends heartbeats of all members until nothing changes any more. */
function settle(members: readonly ModeledMember[]): void {
  for (let round = 0; round < 10; round++) {
    for (const each of members) {
      each.beat();
      each.drain();
      each.beatWhileDue();
    }
  }
}

const partitionsOf = ({ reading }: ModeledMember): string[] => [...reading.keys()].toSorted();

test('a member joins with everything the coordinator must know, then sends only what has changed', () => {
  const coordinator = coordinatorWith(2);
  const { member } = new ModeledMember('m', coordinator);
  expect(member.state).toBe('unjoined');
  expect(member.request()).toBeUndefined();
  member.join(['orders']);
  expect(member).toMatchObject({ state: 'joining', isDue: true, identity: undefined });
  const join = member.request();
  expect(join).toMatchObject({
    memberId: 'm-1',
    memberEpoch: 0,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: ['orders'],
    topicPartitions: [],
  });
  const answer = join && coordinator.heartbeat(join);
  expect(answer).toMatchObject({ memberEpoch: 1, assignment: [{ topicId: ORDERS, partitions: [0, 1] }] });
  expect(member.answered(answer as never)).toEqual([{ kind: 'look up', topicIds: [ORDERS] }]);
  expect(member).toMatchObject({ state: 'reconciling', intervalMs: 5_000, isDue: false });
  expect(member.topicsKnown(new Map([[ORDERS, 'orders']]))).toEqual([
    {
      kind: 'assign',
      partitions: [0, 1].map((partition) => ({ topic: 'orders', partition, topicId: ORDERS })),
    },
  ]);
  expect(member).toMatchObject({ state: 'acknowledging', isDue: true });
  expect(member.request()).toMatchObject({
    memberEpoch: 1,
    rebalanceTimeoutMs: -1,
    subscribedTopicNames: null,
    topicPartitions: [{ topicId: ORDERS, partitions: [0, 1] }],
  });
});

describe('when a second member joins', () => {
  function twoMembers(): readonly [ModelCoordinator, ModeledMember, ModeledMember] {
    const coordinator = coordinatorWith();
    const first = joined('m', coordinator);
    expect(partitionsOf(first)).toEqual(['orders/0', 'orders/1', 'orders/2', 'orders/3']);
    return [coordinator, first, joined('n', coordinator)];
  }

  test('partitions are acknowledged only after they were drained and committed, and then read by their new owner', () => {
    const [coordinator, first, second] = twoMembers();
    expect(partitionsOf(second)).toEqual([]);
    first.beat();
    expect(first.member.state).toBe('reconciling');
    expect(first.drains[0]?.partitions).toMatchObject([
      { topic: 'orders', partition: 2 },
      { topic: 'orders', partition: 3 },
    ]);
    // However long the drain takes, heartbeats go on and do not give the partitions up.
    for (let each = 0; each < 5; each++) {
      first.beat();
      second.beat();
    }
    expect(coordinator.log.filter((line) => line.includes('acknowledges'))).toEqual([]);
    first.drain();
    expect(first.member).toMatchObject({ state: 'acknowledging', isDue: true });
    first.beatWhileDue();
    expect(first.member.state).toBe('stable');
    second.beat();
    second.beatWhileDue();
    expect(coordinator.log.slice(4)).toEqual([
      'm-1 commits a0/2',
      'm-1 commits a0/3',
      'm-1 acknowledges a0/2',
      'm-1 acknowledges a0/3',
      'n-1 reads a0/2',
      'n-1 reads a0/3',
    ]);
    expect(partitionsOf(second)).toEqual(['orders/2', 'orders/3']);
  });

  test('partitions that stay are neither drained nor assigned again', () => {
    const [, first, second] = twoMembers();
    settle([first, second]);
    expect(first.reading).toEqual(
      new Map([
        ['orders/0', 1],
        ['orders/1', 1],
      ]),
    );
    expect(first.lost).toEqual([]);
  });

  test('what was given up is not owned any more, from the drain on and before the acknowledgement is sent', () => {
    const [, first] = twoMembers();
    first.beat();
    expect(first.member.owned).toHaveLength(4);
    first.drain();
    expect(first.member.owned.map(({ partition }) => partition)).toEqual([0, 1]);
  });

  test('an answer to a heartbeat that was sent before the drain ended acknowledges nothing', () => {
    const [coordinator, first] = twoMembers();
    first.beat();
    const before = first.member.request();
    first.drain();
    first.perform(first.member.answered(coordinator.heartbeat(before as never) as never));
    expect(first.member).toMatchObject({ state: 'acknowledging', isDue: true });
    first.beatWhileDue();
    expect(coordinator.log).toContain('m-1 acknowledges a0/2');
    expect(first.member.state).toBe('stable');
  });

  test('the partitions return when it leaves', () => {
    const [, first, second] = twoMembers();
    settle([first, second]);
    second.member.leave();
    expect(second.member.request()).toMatchObject({
      memberId: 'n-1',
      memberEpoch: -1,
      topicPartitions: null,
    });
    second.perform(second.member.unanswered());
    second.beat();
    expect(second.member.state).toBe('left');
    expect(second.beat()).toBeUndefined();
    settle([first]);
    expect(partitionsOf(first)).toEqual(['orders/0', 'orders/1', 'orders/2', 'orders/3']);
    expect(first.reading.get('orders/0')).toBe(1);
  });
});

describe('a member that the group has removed', () => {
  test.each(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH'])(
    'drops all of its partitions after %s, and joins under a new id at epoch 0',
    (error) => {
      const coordinator = coordinatorWith(2);
      const modeled = joined('m', coordinator);
      const registered = coordinator.members.get('m-1');
      if (error === 'UNKNOWN_MEMBER_ID') coordinator.expire('m-1');
      else if (registered) registered.epoch = 9;
      expect(modeled.beat()).toBe(error);
      expect(modeled.lost).toEqual(['orders/0', 'orders/1']);
      expect(modeled.member).toMatchObject({ state: 'joining', isDue: true, identity: undefined, owned: [] });
      modeled.beatWhileDue();
      expect(modeled.member).toMatchObject({ state: 'stable', identity: { memberId: 'm-2' } });
      expect(partitionsOf(modeled)).toEqual(['orders/0', 'orders/1']);
      expect([...coordinator.members.keys()]).toEqual(['m-2']);
    },
  );

  test('ignores the end of a drain that began before', () => {
    const coordinator = coordinatorWith();
    const first = joined('m', coordinator);
    const second = joined('n', coordinator);
    first.beat();
    const [drain] = first.drains;
    coordinator.expire('m-1');
    first.beat();
    first.beatWhileDue();
    expect(first.member.revoked(drain?.revocation ?? 0)).toBe(false);
    settle([first, second]);
    expect(first.member.state).toBe('stable');
    expect(partitionsOf(first)).toHaveLength(2);
    expect(partitionsOf(second)).toHaveLength(2);
  });
});

describe('lost heartbeats and answers', () => {
  test('after a lost answer the next heartbeat repeats everything, and the group notices nothing', () => {
    const coordinator = coordinatorWith();
    const first = joined('m', coordinator);
    const second = joined('n', coordinator);
    first.beat('answer lost');
    expect(first.coordinatorLookUps).toBe(1);
    expect(first.member.request()).toMatchObject({
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: ['orders'],
    });
    first.perform(first.member.unanswered());
    settle([first, second]);
    expect(first.lost).toEqual([]);
    expect(partitionsOf(second)).toHaveLength(2);
  });

  test('after a lost answer to a join the member is removed under that id, and joins under another one', () => {
    const coordinator = coordinatorWith(2);
    const modeled = new ModeledMember('m', coordinator);
    modeled.member.join(['orders']);
    modeled.beat('answer lost');
    expect([...coordinator.members.keys()]).toEqual(['m-1']);
    expect(modeled.member.request()).toMatchObject({ memberId: 'm-1', memberEpoch: -1 });
    modeled.perform(modeled.member.unanswered());
    modeled.beat();
    modeled.beatWhileDue();
    expect([...coordinator.members.keys()]).toEqual(['m-2']);
    expect(partitionsOf(modeled)).toEqual(['orders/0', 'orders/1']);
  });

  test('any sequence of losses, expiries and joins ends with each partition read by exactly one member', () => {
    const events = fc.array(
      fc.record({
        who: fc.nat(2),
        what: fc.constantFrom<Delivery | 'drain' | 'expire' | 'leave'>(
          'delivered',
          'delivered',
          'request lost',
          'answer lost',
          'drain',
          'drain',
          'expire',
        ),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, (steps) => {
        const coordinator = coordinatorWith(5);
        const members = ['m', 'n', 'o'].map((name) => new ModeledMember(name, coordinator));
        for (const each of members) each.member.join(['orders']);
        for (const { who, what } of steps) {
          const each = members[who];
          if (what === 'drain') each?.drain();
          else if (what === 'expire') {
            const id = each?.member.identity?.memberId;
            if (id !== undefined && coordinator.members.has(id)) coordinator.expire(id);
          } else each?.beat(what as Delivery);
          expect(commitsAfterAcknowledgement(coordinator.log)).toEqual([]);
        }
        settle(members);
        settle(members);
        const read = members.flatMap(partitionsOf).toSorted();
        expect(read).toEqual([0, 1, 2, 3, 4].map((partition) => `orders/${partition}`));
        for (const each of members) expect(each.member.state).toBe('stable');
      }),
    );
  });
});

function commitsAfterAcknowledgement(log: readonly string[]): string[] {
  const given = new Set<string>();
  return log.filter((line) => {
    const [who, does, key] = line.split(' ');
    if (does === 'acknowledges') given.add(`${who} ${key}`);
    if (does === 'reads') given.delete(`${who} ${key}`);
    return does === 'commits' && given.has(`${who} ${key}`);
  });
}

describe('the coordinator', () => {
  test.each(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE'])('is looked up again after %s', (error) => {
    const modeled = joined('m', coordinatorWith(2));
    modeled.member.request();
    modeled.perform(modeled.member.refused(error));
    expect(modeled.coordinatorLookUps).toBe(1);
    expect(modeled.member).toMatchObject({ state: 'stable', identity: { memberId: 'm-1' } });
    modeled.beat();
    expect(modeled.lost).toEqual([]);
  });

  test('is asked again while it loads the group', () => {
    const modeled = joined('m', coordinatorWith(2));
    modeled.member.request();
    modeled.perform(modeled.member.refused('COORDINATOR_LOAD_IN_PROGRESS'));
    expect(modeled).toMatchObject({ coordinatorLookUps: 0, ended: undefined });
    expect(modeled.member.state).toBe('stable');
  });

  test('that moves in the middle of a revocation gets the acknowledgement', () => {
    const coordinator = coordinatorWith();
    const first = joined('m', coordinator);
    joined('n', coordinator);
    first.beat();
    first.drain();
    first.member.request();
    first.perform(first.member.refused('NOT_COORDINATOR'));
    first.beat();
    expect(coordinator.log).toContain('m-1 acknowledges a0/2');
  });

  test('that refuses the member ends it', () => {
    const modeled = new ModeledMember('m', coordinatorWith());
    modeled.member.join(['orders']);
    modeled.member.request();
    modeled.perform(modeled.member.refused('GROUP_MAX_SIZE_REACHED'));
    expect(modeled.ended).toBe('GROUP_MAX_SIZE_REACHED');
    expect(modeled.member.state).toBe('left');
  });
});

describe('static members', () => {
  test('leave with epoch -2, and a twin is refused', () => {
    const coordinator = coordinatorWith(2);
    const modeled = new ModeledMember('m', coordinator, 'pod-0');
    modeled.member.join(['orders']);
    expect(modeled.member.request()).toMatchObject({ instanceId: 'pod-0' });
    modeled.perform(modeled.member.unanswered());
    modeled.beatWhileDue();
    modeled.beat();
    modeled.beatWhileDue();
    const twin = new ModeledMember('twin', coordinator, 'pod-0');
    twin.member.join(['orders']);
    twin.beat();
    expect(twin.ended).toBe('UNRELEASED_INSTANCE_ID');
    modeled.member.leave();
    expect(modeled.member.request()).toMatchObject({ memberEpoch: -2, instanceId: 'pod-0' });
  });
});

describe('topics', () => {
  test('an assigned topic that the metadata does not know stays pending until it does', () => {
    const coordinator = coordinatorWith(2);
    const modeled = new ModeledMember('m', coordinator);
    modeled.unknownTopics.add(ORDERS);
    modeled.member.join(['orders']);
    modeled.beatWhileDue();
    modeled.beat();
    expect(modeled.member).toMatchObject({ state: 'reconciling', owned: [] });
    modeled.unknownTopics.clear();
    modeled.perform(modeled.member.continue());
    expect(partitionsOf(modeled)).toEqual(['orders/0', 'orders/1']);
  });

  test('a look-up that fails is repeated', () => {
    const coordinator = coordinatorWith(2);
    const { member } = new ModeledMember('m', coordinator);
    member.join(['orders']);
    expect(member.answered(coordinator.heartbeat(member.request() as never) as never)).toHaveLength(1);
    member.topicsUnknown();
    expect(member.continue()).toEqual([{ kind: 'look up', topicIds: [ORDERS] }]);
    expect(member.continue()).toEqual([]);
  });

  test('a new topic is a change of the subscription, and the partitions of the others stay', () => {
    const coordinator = coordinatorWith(1);
    const modeled = joined('m', coordinator);
    coordinator.topics.set('b0', { name: 'payments', partitions: 1 });
    modeled.member.subscribe(['orders', 'payments']);
    expect(modeled.member.isDue).toBe(true);
    modeled.beatWhileDue();
    expect(modeled.reading).toEqual(
      new Map([
        ['orders/0', 1],
        ['payments/0', 1],
      ]),
    );
    expect(modeled.member.identity?.memberId).toBe('m-1');
  });

  test('a topic that was recreated is another topic: the old partitions are dropped without a commit', () => {
    const coordinator = coordinatorWith(1);
    const modeled = joined('m', coordinator);
    coordinator.topics.delete(ORDERS);
    coordinator.topics.set('a1', { name: 'orders', partitions: 1 });
    coordinator.rebalance();
    modeled.beat();
    modeled.beatWhileDue();
    modeled.beat();
    modeled.beatWhileDue();
    expect(modeled.lost).toEqual(['orders/0']);
    expect(modeled.drains).toEqual([]);
    expect(modeled.member.owned).toEqual([{ topic: 'orders', partition: 0, topicId: 'a1' }]);
    expect(coordinator.log.filter((line) => line.includes('commits'))).toEqual([]);
  });
});
