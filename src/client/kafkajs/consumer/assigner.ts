import kafkajs, { type Assigner, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs';
import type { TopicPartition } from '../../../pipeline/index.js';
import { type AssignableMember, stickyAssignment } from '../../sticky-assignment.js';
import type { ReadingCluster } from '../cluster.js';
import { protocolErrorType } from '../errors.js';
import type { GroupHooks, HookCarrier } from './group-hooks.js';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const VERSION = 0;

/** What a member says of itself when it joins, beyond its topics. */
interface Claim {
  readonly generation: number;
  readonly owned: Readonly<Record<string, readonly number[]>>;
}

/**
 * A sticky assigner, carrying the consumer's hooks into the group it is used in. A member tells the leader
 * what it has; kafkajs's own assigner would deal everything out anew at every join.
 */
export function stickyAssigner(hooks: GroupHooks): PartitionAssigner {
  return ({ cluster }) => {
    const assigner: Assigner & HookCarrier = {
      hooks,
      name: 'sticky-v1',
      version: VERSION,
      protocol: ({ topics }) => ({
        name: 'sticky-v1',
        metadata: MemberMetadata.encode({ version: VERSION, topics, userData: encodeClaim(hooks.claim()) }),
      }),
      assign: async ({ members }) => {
        const described = members.map(toAssignable);
        const topics = [...new Set(described.flatMap((member) => [...member.topics]))].toSorted();
        await learn(cluster, topics);
        const assignment = stickyAssignment(
          described,
          topics.flatMap((topic) => partitionsOf(cluster, topic)),
        );
        return [...assignment].map(([memberId, partitions]) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: VERSION,
            assignment: byTopic(partitions),
            userData: Buffer.alloc(0),
          }),
        }));
      },
    };
    return assigner;
  };
}

const UNREADABLE = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']);

/**
 * Other members may subscribe to topics that this one, the leader, has never asked for.
 * @throws what keeps it from being known whether there is one: dealt out without it, it would be read by nobody
 */
async function learn(cluster: Cluster, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    if (partitionsOf(cluster, topic).length > 0) continue;
    try {
      await cluster.addTargetTopic(topic);
    } catch (error) {
      // Nobody can read what does not exist, or must not be seen.
      if (UNREADABLE.has(protocolErrorType(error) ?? '')) continue;
      // Anything else passes, and the join is made again; kafkajs would not ask a second time by itself.
      (cluster as ReadingCluster).targetTopics.delete(topic);
      throw error;
    }
  }
}

function partitionsOf(cluster: Cluster, topic: string): TopicPartition[] {
  return cluster
    .findTopicPartitionMetadata(topic)
    .map(({ partitionId }) => ({ topic, partition: partitionId }))
    .toSorted((a, b) => a.partition - b.partition);
}

function toAssignable({ memberId, memberMetadata }: GroupMember): AssignableMember {
  const decoded = MemberMetadata.decode(memberMetadata);
  const claim = decodeClaim(decoded?.userData);
  const owned = Object.entries(claim.owned).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
  return { memberId, topics: new Set(decoded?.topics ?? []), owned, generation: claim.generation };
}

function encodeClaim({ generation, assignment }: ReturnType<GroupHooks['claim']>): Buffer {
  const claim: Claim = { generation, owned: byTopic(assignment) };
  return Buffer.from(JSON.stringify(claim));
}

function decodeClaim(userData: Buffer | undefined): Claim {
  try {
    return JSON.parse(String(userData)) as Claim;
  } catch {
    return { generation: -1, owned: {} };
  }
}

function byTopic(partitions: readonly TopicPartition[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of partitions) (topics[topic] ??= []).push(partition);
  return topics;
}
