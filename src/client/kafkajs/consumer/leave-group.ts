import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Consumer } from 'kafkajs-pinned';
import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';
import { protocolErrorType } from '../errors.js';
import { mayHaveUnknownId } from '../patches/group/assigned-member-id.js';
import { isJoining } from '../patches/group/shared-join.js';

/** How often to check whether a join that must end has been sent, in ms. */
const CHECK_MS = 50;
/** How long a coordinator may take to assign an id to a new member, in ms. */
const ASSIGN_ID_MS = 1_000;
const ATTEMPTS = 2;

/**
 * Ends the member's running requests and leaves the group. kafkajs alone would wait for its fetches first, which brokers
 * hold back for as long as a quota requires; and it does not report that leaving failed.
 * @returns false if the group may not know that the member has left: it could not be reached, or a join ended before the
 * member knew its id
 */
export async function leaveGroup(group: ConsumerGroup, consumer: Consumer): Promise<boolean> {
  const joinEnded = endJoin(group);
  const stopped = consumer.stop();
  endFetches(group);
  await joinEnded;
  await stopped;
  const isUnknown = mayHaveUnknownId(group);
  for (let attempt = 1; group.memberId && attempt <= ATTEMPTS; attempt++) await tryToLeave(group);
  // kafkajs may have dropped its brokers, and would leave this connection open.
  for (const connection of group.coordinator?.connectionPool.pool ?? []) void connection.disconnect();
  return !group.memberId && !isUnknown;
}

async function tryToLeave(group: ConsumerGroup): Promise<void> {
  try {
    if (!group.coordinator) await findCoordinator(group);
    await group.leave();
  } catch (error) {
    if (protocolErrorType(error) === 'UNKNOWN_MEMBER_ID') group.memberId = null;
    if (isCoordinatorAway(error)) await findCoordinator(group);
  }
}

/**
 * Ends a join in progress, which may last for as long as other members drain. The broker reads nothing from a connection
 * until it has answered the join, so a LeaveGroup would arrive too late, and partitions would be assigned to a member that
 * has left. Without the connection the join fails, and the next request opens another one. The join may not have been sent
 * yet, since the coordinator is looked up first. A new member gets its id first, and leaves with it.
 */
async function endJoin(group: ConsumerGroup): Promise<void> {
  const idDue = performance.now() + ASSIGN_ID_MS;
  while (isJoining(group)) {
    if (group.memberId || performance.now() > idDue) {
      const [connection] = group.coordinator?.connectionPool.pool ?? [];
      connection?.socket?.destroy(new Error('the join was ended because the consumer stops'));
    }
    await sleep(CHECK_MS);
  }
}

/** Rejects the fetches that were sent, and those that wait for a quota; they have connections of their own. */
function endFetches(group: ConsumerGroup): void {
  for (const { brokerAddress, connectionPool } of Object.values(group.cluster.brokerPool.brokers)) {
    const [, fetching] = connectionPool.pool;
    if (!fetching?.isConnected()) continue;
    const what = 'the fetch was ended because the consumer stops';
    fetching.rejectRequests(new kafkajs.KafkaJSConnectionError(what, { broker: brokerAddress }));
    void fetching.disconnect();
  }
}
