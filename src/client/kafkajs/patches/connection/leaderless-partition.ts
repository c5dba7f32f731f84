import response from 'kafkajs-pinned/src/protocol/requests/metadata/v6/response.js';
import { installOnce } from '../install-once.js';

/** LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE and LISTENER_NOT_FOUND. */
const LEADERLESS = new Set([5, 9, 72]);

/**
 * Accepts metadata in which a partition has no leader.
 *
 * - Defect: `parse` (`protocol/requests/metadata/v0/response.js`, used by v6) throws the first error of any partition.
 * - Effect: while one partition has no leader, no member can join and no leader can be looked up.
 * - Test: `leaderless-partition.spec.ts`.
 * - Unnecessary when kafkajs reports errors of metadata by partition.
 */
export const acceptLeaderlessPartitions = installOnce(() => {
  const { parse } = response;
  response.parse = (metadata) => {
    for (const { partitionMetadata } of metadata.topicMetadata) {
      for (const partition of partitionMetadata) {
        if (LEADERLESS.has(partition.partitionErrorCode)) partition.partitionErrorCode = 0;
      }
    }
    return parse(metadata);
  };
});
