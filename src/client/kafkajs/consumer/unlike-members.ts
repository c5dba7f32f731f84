import kafkajs from 'kafkajs-pinned';
import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { UnlikeMember } from '../../kafka-port.js';

const { MemberMetadata } = kafkajs.AssignerProtocol;
/** Brokers name a member by its client id and a UUID. */
const UUID = /-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Never throws: it runs after a join that has succeeded.
 * @returns the members that subscribe to other topics than this one, by client id; none unless this member leads the
 * group
 */
export function unlikeMembers({
  members,
  topicsSubscribed,
}: Pick<ConsumerGroup, 'members' | 'topicsSubscribed'>): UnlikeMember[] {
  const found = new Map<string, UnlikeMember>();
  for (const { memberId, memberMetadata } of members ?? []) {
    const topics = topicsOf(memberMetadata);
    const additional = topics.filter((topic) => !topicsSubscribed.includes(topic)).toSorted();
    const missing = topicsSubscribed.filter((topic) => !topics.includes(topic)).toSorted();
    if (additional.length + missing.length === 0) continue;
    const clientId = memberId.replace(UUID, '');
    found.set(clientId, { clientId, additional, missing });
  }
  return [...found.values()].toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1));
}

/** @returns no topics if the metadata is not that of a consumer, as a foreign member may send */
function topicsOf(metadata: Buffer): readonly string[] {
  try {
    return MemberMetadata.decode(metadata)?.topics ?? [];
  } catch {
    return [];
  }
}
