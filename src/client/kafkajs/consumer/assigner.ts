import kafkajs, {
  type Assigner,
  type Cluster,
  type GroupMember,
  type PartitionAssigner,
} from 'kafkajs-pinned';
import type { TopicPartition } from '../../../pipeline/index.js';
import { OWN_ASSIGNOR } from '../../kafka-port.js';
import { type AssignableMember, stickyAssignment } from '../../sticky-assignment.js';
import type { ClusterClient } from '../cluster.js';
import { protocolErrorType } from '../errors.js';
import type { GroupHooks, HookCarrier } from './group-hooks.js';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const VERSION = 0;

/** What a member sends when it joins, besides its topics: its last generation and its partitions in it. */
interface Claim {
  readonly generation: number;
  readonly owned: Readonly<Record<string, readonly number[]>>;
}

/**
 * Creates a sticky assigner, which also carries the consumer's hooks to its group. Members tell the leader of the group
 * their partitions; kafkajs's own assigner would reassign everything at every join.
 */
export function stickyAssigner(hooks: GroupHooks): PartitionAssigner {
  return ({ cluster }) => {
    const assigner: Assigner & HookCarrier = {
      hooks,
      name: OWN_ASSIGNOR,
      version: VERSION,
      protocol: ({ topics }) => ({
        name: OWN_ASSIGNOR,
        metadata: MemberMetadata.encode({ version: VERSION, topics, userData: encodeClaim(hooks.claim()) }),
      }),
      assign: async ({ members }) => {
        const described = members.map(toAssignable);
        const topics = [...new Set(described.flatMap((member) => [...member.topics]))].toSorted();
        await lookUp(cluster, topics);
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
 * Looks up the topics that only other members subscribe to.
 * @throws if it is not known whether a topic exists: otherwise no member would be assigned its partitions
 */
async function lookUp(cluster: Cluster, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    if (partitionsOf(cluster, topic).length > 0) continue;
    try {
      await cluster.addTargetTopic(topic);
    } catch (error) {
      // No member can read a topic that does not exist or that it is not permitted to read.
      if (UNREADABLE.has(protocolErrorType(error) ?? '')) continue;
      // Other errors are transient, and the join is repeated; kafkajs would not look the topic up a second time.
      (cluster as ClusterClient).targetTopics.delete(topic);
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
