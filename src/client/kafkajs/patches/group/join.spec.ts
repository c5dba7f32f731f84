import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import response from 'kafkajs-pinned/src/protocol/requests/joinGroup/v5/response.js';
import type { GroupHooks } from '../../consumer/group-hooks.js';
import { installPatches } from '../index.js';
import { mayHaveUnknownId } from './assigned-member-id.js';

/** Replaces kafkajs's own `joinAndSync`; set by each test. */
let nativeJoin: () => Promise<void>;

beforeAll(() => {
  ConsumerGroup.prototype.joinAndSync = () => nativeJoin();
  installPatches();
});

/** The part of kafkajs's group that a join needs. */
class Group {
  readonly events: string[] = [];
  readonly hooks: Partial<GroupHooks> = {
    beforeJoin: () => Promise.resolve(void this.events.push('before')),
    afterJoin: () => this.events.push('after'),
    topicGone: () => this.events.push('topic gone'),
  };
  readonly assigners = [{ hooks: this.hooks }];
  memberId: string | null = 'member';

  joinAndSync(): Promise<void> {
    return ConsumerGroup.prototype.joinAndSync.call(this as unknown as ConsumerGroup);
  }

  fetch(): Promise<unknown> {
    return ConsumerGroup.prototype.fetch.call(this as unknown as ConsumerGroup, '1');
  }
}

const MEMBER_ID_REQUIRED = 79;

/** The answer to a join without a member id, as kafkajs parses it. */
async function memberIdRequired(): Promise<void> {
  await response.parse({ errorCode: MEMBER_ID_REQUIRED, memberId: 'assigned' });
}

describe('a member', () => {
  let group: Group;
  beforeEach(() => {
    group = new Group();
    nativeJoin = () => Promise.resolve(void group.events.push('join'));
  });

  it('a member joins once, however many fetch loops request it', async () => {
    await Promise.all([group.joinAndSync(), group.joinAndSync(), group.joinAndSync()]);
    expect(group.events).toEqual(['before', 'join', 'after']);
  });

  it('a member joins again after a join that has ended', async () => {
    await group.joinAndSync();
    await group.joinAndSync();
    expect(group.events).toEqual(['before', 'join', 'after', 'before', 'join', 'after']);
  });

  it('a member repeats a failed join at the next fetch, and gives up its partitions only once', async () => {
    nativeJoin = () => Promise.reject(new Error('no answer'));
    await expect(group.joinAndSync()).rejects.toThrow('no answer');
    nativeJoin = () => Promise.resolve(void group.events.push('join'));
    await expect(group.fetch()).resolves.toEqual([]);
    expect(group.events).toEqual(['before', 'join', 'after']);
  });

  it('a member does not join once its consumer stops', async () => {
    Object.assign(group.hooks, { stopped: true });
    await expect(group.joinAndSync()).rejects.toThrow('the consumer stops');
    await expect(group.fetch()).resolves.toEqual([]);
    expect(group.events).toEqual(['before']);
  });

  it('knows the id that the coordinator assigns before it joins with it', async () => {
    group.memberId = null;
    const ids: (string | null)[] = [];
    nativeJoin = () => {
      ids.push(group.memberId);
      return group.memberId === null ? memberIdRequired() : Promise.resolve();
    };
    await group.joinAndSync();
    expect(ids).toEqual([null, 'assigned']);
  });

  it('a member that receives its id after its consumer has stopped does not join with it', async () => {
    group.memberId = null;
    nativeJoin = () => {
      Object.assign(group.hooks, { stopped: true });
      return memberIdRequired();
    };
    await expect(group.joinAndSync()).rejects.toThrow('the member joins as assigned');
    expect(group.memberId).toBe('assigned');
  });

  it('a member reports a topic that no longer exists', async () => {
    nativeJoin = () => Promise.reject(Object.assign(new Error(), { type: 'UNKNOWN_TOPIC_OR_PARTITION' }));
    await expect(group.joinAndSync()).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(group.events).toEqual(['before', 'topic gone']);
  });
});

describe('the id of a member that joins for the first time', () => {
  const unknownAfter = async (join: () => Promise<void>): Promise<boolean> => {
    const group = new Group();
    group.memberId = null;
    nativeJoin = join;
    await group.joinAndSync().catch(() => undefined);
    return mayHaveUnknownId(group as unknown as ConsumerGroup);
  };

  it('the id may be unknown once the connection is lost before the coordinator has answered', async () => {
    expect(await unknownAfter(() => Promise.reject(new Error('connection lost')))).toBe(true);
  });

  it('the id may be unknown once the connection is lost after the coordinator has rejected the former id', async () => {
    const group = new Group();
    nativeJoin = () => {
      // kafkajs does this after UNKNOWN_MEMBER_ID, and joins without an id.
      group.memberId = null;
      return Promise.reject(new Error('connection lost'));
    };
    await expect(group.joinAndSync()).rejects.toThrow('connection lost');
    expect(mayHaveUnknownId(group as unknown as ConsumerGroup)).toBe(true);
  });

  it('there is no unknown id once the coordinator has refused the join', async () => {
    const refused = Object.assign(new Error(), { type: 'GROUP_AUTHORIZATION_FAILED' });
    expect(await unknownAfter(() => Promise.reject(refused))).toBe(false);
  });

  it('there is no unknown id if the consumer stops before the join is sent', async () => {
    const group = new Group();
    group.memberId = null;
    Object.assign(group.hooks, { stopped: true });
    await expect(group.joinAndSync()).rejects.toThrow('the consumer stops');
    expect(mayHaveUnknownId(group as unknown as ConsumerGroup)).toBe(false);
  });
});
