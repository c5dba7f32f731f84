import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Consumer } from 'kafkajs';
import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';
import { protocolErrorType } from '../errors.js';
import { isJoining } from '../patches/group/shared-join.js';

/** Between two looks whether a join that is to end has been sent by now, in ms. */
const ABANDON_MS = 50;
const ATTEMPTS = 2;

/**
 * Ends what the member has under way, and leaves the group. kafkajs alone would wait for its fetches first, which
 * brokers hold back for as long as a quota wants; and it keeps to itself that leaving failed.
 * @returns false where the group may still take the member for one of its own: it could not be told; or the member was
 * joining for the first time, and gave up before it heard under which id
 */
export async function leaveGroup(group: ConsumerGroup, consumer: Consumer): Promise<boolean> {
  const isUnnamed = isJoining(group) && !group.memberId;
  const abandoned = abandonJoin(group);
  const stopped = consumer.stop();
  abandonFetches(group);
  await abandoned;
  await stopped;
  for (let attempt = 1; group.memberId && attempt <= ATTEMPTS; attempt++) await tryToLeave(group);
  // kafkajs may have forgotten its brokers by now, and would leave this connection open.
  for (const connection of group.coordinator?.connectionPool.pool ?? []) void connection.disconnect();
  return !group.memberId && !isUnnamed;
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
 * Ends a join that is under way, which it may be for as long as other members drain. The broker reads nothing from a
 * connection until it has answered the join, so that a LeaveGroup would be heard too late: the group would be dealt out
 * to a member that is gone. Without the connection the join fails, and the next request makes another one. It may not
 * have been sent yet, as the coordinator is looked for first.
 */
async function abandonJoin(group: ConsumerGroup): Promise<void> {
  while (isJoining(group)) {
    const [connection] = group.coordinator?.connectionPool.pool ?? [];
    connection?.socket?.destroy(new Error('the join was given up, as the consumer stops'));
    await sleep(ABANDON_MS);
  }
}

/** Rejects the fetches that are sent, and those that wait for a quota; they have connections of their own. */
function abandonFetches(group: ConsumerGroup): void {
  for (const { brokerAddress, connectionPool } of Object.values(group.cluster.brokerPool.brokers)) {
    const [, fetching] = connectionPool.pool;
    if (!fetching?.isConnected()) continue;
    const what = 'the fetch was given up, as the consumer stops';
    fetching.rejectRequests(new kafkajs.KafkaJSConnectionError(what, { broker: brokerAddress }));
    void fetching.disconnect();
  }
}
