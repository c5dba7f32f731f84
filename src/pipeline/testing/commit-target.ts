import type { Clock, Turn } from '../time/clock.js';
import type { CommitFailure, CommitSource, CommitTarget } from '../commit/commit-target.js';
import { Committer } from '../commit/committer.js';
import type { TopicPartitionOffset } from '../records/fetched.js';
import { type Offset, toOffset } from '../records/offset.js';
import { endlessTurn, settled, VirtualClock } from './virtual-time.js';

/** A commit that the test answers. */
export interface CommitRequest {
  /** `partition@offset` of everything in it. */
  readonly offsets: readonly string[];
  acknowledge(): Promise<void>;
  fail(as: CommitFailure): Promise<void>;
}

/** The error of a failed commit. */
class CommitError extends Error {
  constructor(readonly failure: CommitFailure) {
    super(failure);
  }
}

/** A broker whose commits are answered by the test. */
export class ManualCommitTarget implements CommitTarget {
  readonly requests: CommitRequest[] = [];

  commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.requests.push({
        offsets: offsets.map(({ partition, offset }) => `${partition}@${offset}`),
        acknowledge: () => {
          resolve();
          return settled();
        },
        fail: (as) => {
          reject(new CommitError(as));
          return settled();
        },
      });
    });
  }

  classify(error: unknown): CommitFailure {
    return error instanceof CommitError ? error.failure : 'transient';
  }

  /** The latest request. */
  get last(): CommitRequest {
    const last = this.requests.at(-1);
    if (!last) throw new Error('nothing was committed');
    return last;
  }

  /** The offsets of each request. */
  get sent(): (readonly string[])[] {
    return this.requests.map(({ offsets }) => offsets);
  }
}

/** A partition whose records have consecutive offsets from 0 on, so that offset and sequence are one number. */
export class SettlingPartition implements CommitSource {
  readonly topic = 't';
  committed: Offset | undefined;
  committedSequence = 0;
  committableSequence = 0;

  constructor(readonly partition: number) {}

  get committableOffset(): Offset {
    return toOffset(this.committableSequence);
  }

  /** Settles all records below that sequence. */
  settleBelow(sequence: number): void {
    this.committableSequence = sequence;
  }
}

/** A member that has joined, with two partitions whose start offsets are committed. */
export async function joined(
  { intervalMs = 5000, threshold = 1000 } = {},
  turnOf: (clock: Clock) => Turn = () => endlessTurn,
) {
  const clock = new VirtualClock();
  const target = new ManualCommitTarget();
  const committer = new Committer(target, clock, turnOf(clock), intervalMs, threshold);
  const [source, other] = [new SettlingPartition(0), new SettlingPartition(1)];
  committer.add(source);
  committer.add(other);
  committer.request();
  committer.resume();
  await clock.advance(1);
  await target.last.acknowledge();
  target.requests.length = 0;
  return { clock, target, committer, source, other };
}

/** Records whether a promise has resolved. */
export function watched(promise: Promise<void>): { done: boolean } {
  const state = { done: false };
  void promise.then(() => (state.done = true));
  return state;
}
