import { reportAdvertisedAddress } from './connection/advertised-address.js';
import { connectToAnyAddress } from './connection/any-address.js';
import { tryAllBrokers } from './connection/any-broker.js';
import { rejectClosedConnect } from './connection/closed-connect.js';
import { stopIdleTimer } from './connection/idle-timer.js';
import { acceptLeaderlessPartitions } from './connection/leaderless-partition.js';
import { shareConnects } from './connection/shared-connect.js';
import { registerCodecs } from './fetch/codecs.js';
import { keepFetchOrder } from './fetch/fetch-order.js';
import { encodeFetchRequests } from './fetch/fetch-request.js';
import { decodeFetchResponses } from './fetch/fetch-decoder.js';
import { storeAssignedMemberId } from './group/assigned-member-id.js';
import { rejoinAfterDeletedTopic } from './group/deleted-topic.js';
import { repeatFailedJoins } from './group/failed-join.js';
import { attachRecords } from './group/fetched-records.js';
import { announceJoins } from './group/join-events.js';
import { followCoordinator } from './group/moved-coordinator.js';
import { resetOutOfRange } from './group/offset-out-of-range.js';
import { findOrphanedPartitions } from './group/orphaned-partition.js';
import { endPausedSleep } from './group/paused-fetch.js';
import { leaveReadReplicas } from './group/read-replica.js';
import { shareJoins } from './group/shared-join.js';
import { resolvePositionsOnce } from './group/start-positions.js';
import { endStoppedFetches } from './group/stopped-fetch.js';
import { surviveUnreachableBroker } from './group/unreachable-broker.js';
import { allowNullHeaders } from './producer/null-header.js';

/**
 * Patches kafkajs 2.2.4, once per process. Two patches are applied elsewhere, to one object each: `repeated-end.ts` to
 * every socket (`sockets.ts`), and `producer/deleted-topic.ts` to the client of the producers (`kafkajs-port.ts`).
 *
 * Where several patches wrap one function, the one that is installed last is the outermost: it runs first.
 */
export function installPatches(): void {
  rejectClosedConnect();
  shareConnects();
  stopIdleTimer();
  connectToAnyAddress();
  reportAdvertisedAddress();
  tryAllBrokers();
  acceptLeaderlessPartitions();

  registerCodecs();
  encodeFetchRequests();
  decodeFetchResponses();
  keepFetchOrder();

  storeAssignedMemberId();
  followCoordinator();
  resetOutOfRange();
  leaveReadReplicas();
  rejoinAfterDeletedTopic();
  surviveUnreachableBroker();
  endPausedSleep();
  findOrphanedPartitions();
  resolvePositionsOnce();
  attachRecords();
  repeatFailedJoins();
  announceJoins();
  endStoppedFetches();
  shareJoins();

  allowNullHeaders();
}
