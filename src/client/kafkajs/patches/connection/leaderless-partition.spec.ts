import { beforeAll, describe, expect, it } from '@jest/globals';
import response from 'kafkajs-pinned/src/protocol/requests/metadata/v6/response.js';
import { acceptLeaderlessPartitions } from './leaderless-partition.js';

beforeAll(() => acceptLeaderlessPartitions());

const metadataWith = (...partitionErrorCodes: readonly number[]) => ({
  topicMetadata: [
    {
      topicErrorCode: 0,
      partitionMetadata: partitionErrorCodes.map((partitionErrorCode) => ({ partitionErrorCode })),
    },
  ],
});

describe('metadata of a cluster', () => {
  it('metadata of a cluster is accepted while a partition has no leader', async () => {
    await expect(response.parse(metadataWith(0, 5, 9, 72))).resolves.toMatchObject(metadataWith(0, 0, 0, 0));
  });

  it('metadata of a cluster is rejected if a partition has another error', async () => {
    const UNKNOWN_TOPIC_OR_PARTITION = 3;
    await expect(response.parse(metadataWith(5, UNKNOWN_TOPIC_OR_PARTITION))).rejects.toMatchObject({
      type: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
  });
});
