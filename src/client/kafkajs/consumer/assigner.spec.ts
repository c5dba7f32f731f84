import { describe, expect, it } from '@jest/globals';
import kafkajs, { type Cluster } from 'kafkajs';
import type { GroupHooks } from './group-hooks.js';
import { stickyAssigner } from './assigner.js';

/** A cluster as the group's leader knows it, that is asked for one more topic. */
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

/** What the members are dealt by a leader who does not know their topic. */
async function dealt(cluster: ModelCluster) {
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
  it('is asked for by the leader', async () => {
    expect(await dealt(new ModelCluster(undefined))).toEqual([{ theirs: [0] }]);
  });

  it('is not left to nobody where it can not be asked for: the join fails, and the next one asks again', async () => {
    const cluster = new ModelCluster(new Error('closed connection'), undefined);
    await expect(dealt(cluster)).rejects.toThrow('closed connection');
    expect(await dealt(cluster)).toEqual([{ theirs: [0] }]);
  });

  it.each(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'])(
    'is dealt to nobody where the answer is %s',
    async (type) => {
      expect(await dealt(new ModelCluster(protocolError(type)))).toEqual([{}]);
    },
  );
});
