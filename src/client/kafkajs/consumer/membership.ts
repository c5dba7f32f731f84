import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { type Membership, OWN_ASSIGNOR } from '../../kafka-port.js';
import { assignedPartitions } from './assigned-partitions.js';
import type { MemberHistory } from './member-history.js';
import { unlikeMembers } from './unlike-members.js';

/** Records a join in the member's history. @returns the membership after this join */
export function membershipOf(group: ConsumerGroup, history: MemberHistory): Membership {
  const { generationId: generation, groupProtocol } = group;
  const memberId = group.memberId ?? '';
  const assignment = assignedPartitions(group);
  return {
    memberId,
    generation,
    assignment,
    continuous: history.joined(memberId, generation, assignment),
    unlike: unlikeMembers(group),
    assignor: groupProtocol ?? OWN_ASSIGNOR,
  };
}
