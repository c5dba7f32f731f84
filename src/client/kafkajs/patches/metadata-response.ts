import response from 'kafkajs/src/protocol/requests/metadata/v6/response.js';
import { onceAProcess } from './once-a-process.js';

/** What a broker says of a partition that nobody leads, or whose leader it can't name, for the moment. */
const WITHOUT_LEADER = new Set([5, 9, 72]);

/**
 * Lets kafkajs know the rest of a cluster while a partition has no leader. It takes an answer that names one for an
 * error as a whole: no member could join, nor ask for leaders again, before the last partition has one.
 */
export const installMetadataResponse = onceAProcess(() => {
  const { parse } = response;
  response.parse = (metadata) => {
    for (const { partitionMetadata } of metadata.topicMetadata) {
      for (const partition of partitionMetadata) {
        if (WITHOUT_LEADER.has(partition.partitionErrorCode)) partition.partitionErrorCode = 0;
      }
    }
    return parse(metadata);
  };
});
