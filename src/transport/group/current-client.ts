import type { GroupConsumerClient } from '../../client/index.js';
import type {
  CommitFailure,
  CommitTarget,
  FetchControl,
  TopicPartition,
  TopicPartitionOffset,
} from '../../pipeline/index.js';
import type { RetryPurge } from './retry-purge.js';

/** Passes pauses and commits of a group's pipeline on to the client that runs: it is replaced whenever it ends. */
export class CurrentClient implements FetchControl, CommitTarget {
  // Private at run time: a context that an application serializes leads here, and must not lead to its client.
  #client: GroupConsumerClient | undefined;
  readonly #retryPurge: RetryPurge;

  constructor(retryPurge: RetryPurge) {
    this.#retryPurge = retryPurge;
  }

  /** Sets the client that runs; undefined while none does. */
  set(client: GroupConsumerClient | undefined): void {
    this.#client = client;
  }

  pause(partition: TopicPartition): void {
    this.#client?.pause(partition);
  }

  resume(partition: TopicPartition): void {
    this.#client?.resume(partition);
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (!this.#client) throw new Error('the consumer is not connected');
    await this.#client.commit(offsets);
    this.#retryPurge.committed(offsets);
  }

  classify(error: unknown): CommitFailure {
    return this.#client?.classify(error) ?? 'transient';
  }
}
