import { describe, expect, it } from '@jest/globals';
import kafkajs, { type Cluster } from 'kafkajs-pinned';
import type { GroupHooks } from './group-hooks.js';
import { stickyAssigner } from './assigner.js';

/** The cluster client of the group's leader, which looks up one more topic. */
class ModelCluster {
  readonly targetTopics = new Set<string>();
  readonly answers: (Error | undefined)[];

  constructor(...answers: (Error | undefined)[]) {
    this.answers = answers;
  }

  async addTargetTopic(topic: string): Promise<void> {
    if (this.targetTopics.has(topic)) return;
    this.targetTopics.add(topic);
    const error = this.answers.shift();
    if (error) throw error;
    this.#known.add(topic);
  }

  findTopicPartitionMetadata(topic: string) {
    return this.#known.has(topic) ? [{ partitionId: 0 }] : [];
  }

  readonly #known = new Set<string>();
}

/** @returns the assignment by a leader that does not know the members' topic */
async function assigned(cluster: ModelCluster) {
  const hooks: Partial<GroupHooks> = { claim: () => ({ generation: 0, assignment: [] }) };
  const assigner = stickyAssigner(hooks as GroupHooks)({
    cluster: cluster as unknown as Cluster,
    groupId: 'group',
    logger: undefined as never,
  });
  const { metadata } = assigner.protocol({ topics: ['theirs'] });
  const assignment = await assigner.assign({
    members: [{ memberId: 'member', memberMetadata: metadata }],
    topics: ['own'],
  });
  return assignment.map(
    ({ memberAssignment }) => kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment,
  );
}

const protocolError = (type: string): Error => Object.assign(new Error(type), { type });

describe('a topic that only other members subscribe to', () => {
  it('a topic that only other members subscribe to is looked up by the leader of the group', async () => {
    expect(await assigned(new ModelCluster(undefined))).toEqual([{ theirs: [0] }]);
  });

  it('a topic that only other members subscribe to makes the join fail if it cannot be looked up, and is looked up again at the next join', async () => {
    const cluster = new ModelCluster(new Error('closed connection'), undefined);
    await expect(assigned(cluster)).rejects.toThrow('closed connection');
    expect(await assigned(cluster)).toEqual([{ theirs: [0] }]);
  });

  it.each(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'])(
    'a topic that only other members subscribe to is assigned to no member if the answer is %s',
    async (type) => {
      expect(await assigned(new ModelCluster(protocolError(type)))).toEqual([{}]);
    },
  );
});
