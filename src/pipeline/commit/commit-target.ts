import type { TopicPartitionOffset } from '../records/fetched.js';
import type { Offset } from '../records/offset.js';

/** A partition whose committable offset is to be committed. */
export interface CommitSource {
  readonly topic: string;
  readonly partition: number;
  readonly committableOffset: Offset;
  /** Every record with a sequence below this one is settled. */
  readonly committableSequence: number;
  /** What the broker last acknowledged; undefined before the first commit. */
  committed: Offset | undefined;
  /** The committable offset's sequence at that commit. */
  committedSequence: number;
}

/** What a failed commit means for the group. */
export type CommitFailure = 'rejoin' | 'transient';

/** Commits offsets at the broker. */
export interface CommitTarget {
  /** Resolves once the broker has acknowledged all of the offsets. */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /**
   * `rejoin` when the member has to join the group again before it can commit (generation or member id no
   * longer known, a rebalance in progress); `transient` for everything else.
   */
  classify(error: unknown): CommitFailure;
}
