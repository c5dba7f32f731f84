import { describe, expect, test } from '@jest/globals';
import { toOffset } from '../../../pipeline/index.js';
import type { CommitAnswer, CommitQuestion } from '../messages/offset-commit.js';
import { OffsetCommits } from './offset-commits.js';

const orders = (partition: number, offset: number) => ({
  topic: 'orders',
  partition,
  offset: toOffset(offset),
});

/** Commits of a member that owns the partitions 0 and 1. */
class Scene {
  readonly sent: CommitQuestion[] = [];
  /** The error codes of the next answers. */
  readonly errors: number[] = [];
  forgotten = 0;
  identity: { memberId: string; memberEpoch: number } | undefined = { memberId: 'm', memberEpoch: 4 };
  owned = [0, 1].map((partition) => ({ topic: 'orders', partition, topicId: 'a0' }));
  readonly commits: OffsetCommits;

  constructor() {
    this.commits = new OffsetCommits({
      groupId: 'group',
      instanceId: null,
      member: this,
      coordinator: {
        send: async (_, question) => this.#answer(question as CommitQuestion) as never,
        forget: () => void this.forgotten++,
      },
      nextHeartbeat: async () => {
        if (this.identity) this.identity = { memberId: 'm', memberEpoch: this.identity.memberEpoch + 1 };
      },
      leaderEpochAt: ({ offset }) => Number(offset) % 7,
    });
  }

  #answer(question: CommitQuestion): CommitAnswer {
    this.sent.push(question);
    const errorCode = this.errors.shift() ?? 0;
    return {
      throttleTimeMs: 0,
      topics: question.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
      })),
    };
  }
}

describe('a commit', () => {
  test('is one request with the member and its epoch, and the leader epoch of each offset', async () => {
    const scene = new Scene();
    await scene.commits.commit([orders(0, 5), orders(1, 9)]);
    expect(scene.sent).toEqual([
      {
        groupId: 'group',
        instanceId: null,
        memberId: 'm',
        memberEpoch: 4,
        topics: [
          {
            topic: 'orders',
            partitions: [
              { partition: 0, offset: 5n, leaderEpoch: 5 },
              { partition: 1, offset: 9n, leaderEpoch: 2 },
            ],
          },
        ],
      },
    ]);
  });

  test('with an epoch that has just passed is repeated with the next one', async () => {
    const scene = new Scene();
    scene.errors.push(113, 113);
    await scene.commits.commit([orders(0, 5)]);
    expect(scene.sent.map(({ memberEpoch }) => memberEpoch)).toEqual([4, 5, 6]);
  });

  test('is not repeated for ever', async () => {
    const scene = new Scene();
    scene.errors.push(113, 113, 113, 113, 113);
    await expect(scene.commits.commit([orders(0, 5)])).rejects.toMatchObject({ type: 'STALE_MEMBER_EPOCH' });
    expect(scene.sent).toHaveLength(4);
  });

  test('for a partition that was given up is not sent', async () => {
    const scene = new Scene();
    scene.owned.pop();
    await expect(scene.commits.commit([orders(0, 5), orders(1, 9)])).rejects.toMatchObject({
      code: 'NOT_OWNED',
      message: expect.stringContaining('orders[1]'),
    });
    expect(scene.sent).toEqual([]);
  });

  test('of a member that was removed is not sent, not even as a repetition', async () => {
    const scene = new Scene();
    scene.identity = undefined;
    await expect(scene.commits.commit([orders(0, 5)])).rejects.toMatchObject({ type: 'UNKNOWN_MEMBER_ID' });
    expect(scene.sent).toEqual([]);
  });

  test('that reaches a broker that is not the coordinator makes it look the coordinator up', async () => {
    const scene = new Scene();
    scene.errors.push(16);
    await expect(scene.commits.commit([orders(0, 5)])).rejects.toMatchObject({ type: 'NOT_COORDINATOR' });
    expect(scene.forgotten).toBe(1);
  });
});
