import type { TopicPartition } from '../records/fetched.js';

/** It is unknown whether a partition is still this member's: the group is rebalancing. */
export class OwnershipUnknownError extends Error {
  readonly code = 'OWNERSHIP_UNKNOWN';

  constructor({ topic, partition }: TopicPartition) {
    super(
      `${topic}[${partition}]: the group is rebalancing, and the partition may go to another member; ` +
        `nothing is to be done but to wait`,
    );
    this.name = 'OwnershipUnknownError';
  }
}
