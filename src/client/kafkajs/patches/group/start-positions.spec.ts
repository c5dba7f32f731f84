import { beforeAll, describe, expect, it } from '@jest/globals';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { GroupHooks } from '../../consumer/group-hooks.js';
import { installPatches } from '../index.js';

beforeAll(installPatches);

/** The part of kafkajs's group that a fetch without partitions needs. */
class Group {
  readonly hooks: Partial<GroupHooks> = {
    requiresCommittedOffset: () => false,
    maxWaitMs: () => 0,
    untilResumed: () => Promise.resolve(),
  };
  readonly assigners = [{ hooks: this.hooks }];
  readonly subscriptionState = { assigned: () => [], active: () => [] };
  readonly cluster = { getNodeIds: () => ['1', '2'] };
  generationId = 1;
  asked = 0;
  answer: () => Promise<void> = () => Promise.resolve();
  readonly offsetManager = {
    resolveOffsets: () => {
      this.asked++;
      return this.answer();
    },
  };

  fetch(nodeId: string): Promise<unknown> {
    return ConsumerGroup.prototype.fetch.call(this as unknown as ConsumerGroup, nodeId);
  }
}

describe('the start positions of a member', () => {
  it('the start positions of a member are looked up once in a generation, however many brokers are fetched from', async () => {
    const group = new Group();
    await Promise.all([group.fetch('1'), group.fetch('2')]);
    await group.fetch('1');
    expect(group.asked).toBe(1);
    group.generationId = 2;
    await Promise.all([group.fetch('1'), group.fetch('2')]);
    expect(group.asked).toBe(2);
  });

  it('the start positions of a member are looked up again if there was no answer', async () => {
    const group = new Group();
    group.answer = () => Promise.reject(new Error('no answer'));
    await expect(group.fetch('1')).rejects.toThrow('no answer');
    group.answer = () => Promise.resolve();
    await group.fetch('2');
    expect(group.asked).toBe(2);
  });
});
