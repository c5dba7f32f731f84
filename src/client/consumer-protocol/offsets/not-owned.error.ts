import { CodedError } from '../../../errors/index.js';
import type { TopicPartition } from '../../../pipeline/index.js';

/** A commit for a partition that the member has given up was not sent: it could overwrite that of the new owner. */
export class NotOwnedError extends CodedError {
  readonly code = 'NOT_OWNED';

  constructor({ topic, partition }: TopicPartition) {
    super(`${topic}[${partition}] is not assigned to this member any more; its offset was not committed`);
  }
}
