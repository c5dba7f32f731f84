import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { protocolErrorType } from '../errors.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';

/**
 * Sends heartbeats of a member until it has drained, before it rejoins.
 * @param answered called whenever the coordinator has answered that it still knows the member
 */
export async function withDrainHeartbeats(
  group: ConsumerGroup,
  intervalMs: number,
  answered: () => void,
  drained: Promise<void>,
): Promise<void> {
  const beat = async (): Promise<void> => {
    if (await sendDrainHeartbeat(group)) answered();
  };
  const heartbeats = setInterval(() => void beat(), intervalMs);
  try {
    await drained;
  } finally {
    clearInterval(heartbeats);
  }
}

/**
 * Sends a heartbeat. REBALANCE_IN_PROGRESS is expected: it is why the member drains.
 * @returns whether the coordinator still knows the member
 */
async function sendDrainHeartbeat(group: ConsumerGroup): Promise<boolean> {
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
