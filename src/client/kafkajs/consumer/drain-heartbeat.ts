import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { protocolErrorType } from '../errors.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';

/**
 * Sends a heartbeat of a member that drains before it rejoins. REBALANCE_IN_PROGRESS is expected: it is why the member
 * drains.
 * @returns whether the coordinator still knows the member
 */
export async function sendDrainHeartbeat(group: ConsumerGroup): Promise<boolean> {
  const { groupId, memberId, generationId: groupGenerationId } = group;
  if (!memberId) return false;
  try {
    await group.coordinator.heartbeat({ groupId, memberId, groupGenerationId });
  } catch (error) {
    if (isCoordinatorAway(error)) await findCoordinator(group);
    return protocolErrorType(error) === 'REBALANCE_IN_PROGRESS';
  }
  return true;
}
