import type { Cancel, Clock, Turn } from '../time/clock.js';
import type { TopicPartitionOffset } from '../records/fetched.js';
import { compareOffsets, type Offset } from '../records/offset.js';
import { OwnershipUnknownError } from '../errors/ownership-unknown.error.js';

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

/** The broker, as the committer sees it. */
export interface CommitTarget {
  /** Resolves once the broker has acknowledged all of the offsets. */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /**
   * `rejoin` when the member has to join the group again before it can commit (generation or member id no
   * longer known, a rebalance in progress); `transient` for everything else.
   */
  classify(error: unknown): CommitFailure;
}

/** Counts and last events, for health and metrics. */
export interface CommitterState {
  readonly commits: number;
  readonly failures: number;
  readonly lastError: unknown;
  /** When the broker last acknowledged a commit, in ms since the epoch; 0 before the first. */
  readonly lastCommitAt: number;
}

interface Waiter {
  readonly source: CommitSource;
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface Pending {
  readonly source: CommitSource;
  readonly offset: Offset;
  readonly sequence: number;
}

const RETRY_MS = { first: 100, max: 5_000 };

/**
 * Commits the committable offsets of a group's partitions: one request at a time for all of them. Records that
 * settle meanwhile are covered by the next request. A commit costs a broker milliseconds, whatever its size.
 */
export class Committer {
  readonly #sources = new Set<CommitSource>();
  #waiters: Waiter[] = [];
  #idleWaiters: (() => void)[] = [];
  #inFlight = false;
  #settledSince = 0;
  #requested = false;
  /** Whether a request waits for the end of the turn. */
  #scheduled = false;
  #suspended = true;
  /** Whether a rebalance may have begun, in which partitions change owners. */
  #rebalancing = false;
  /** Counts joins, to tell a commit of this generation from one of an earlier generation. */
  #epoch = 0;
  #retryMs = 0;
  #cancelRetry: Cancel | undefined;
  #cancelInterval: Cancel | undefined;
  #state = { commits: 0, failures: 0, lastError: undefined as unknown, lastCommitAt: 0 };

  constructor(
    private readonly target: CommitTarget,
    private readonly clock: Clock,
    private readonly turn: Turn,
    private readonly intervalMs: number,
    /** How many records may settle before a commit is sent ahead of the interval. */
    private readonly threshold: number,
  ) {}

  get state(): CommitterState {
    return this.#state;
  }

  /** Starts to commit a partition's committable offset. */
  add(source: CommitSource): void {
    this.#sources.add(source);
  }

  /** Removes a partition that was lost; rejects those that wait for its commits with `reason`. */
  remove(source: CommitSource, reason: Error): void {
    this.#sources.delete(source);
    const waiting = this.#waiters;
    this.#waiters = waiting.filter((waiter) => waiter.source !== source);
    for (const waiter of waiting) if (waiter.source === source) waiter.reject(reason);
    this.#resolveIdle();
  }

  /** The member has joined: commits may be sent. */
  resume(): void {
    this.#suspended = false;
    this.#rebalancing = false;
    this.#epoch++;
    this.#retryMs = 0;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#scheduleInterval();
    if (this.#requested || this.#waiters.length > 0) this.request();
  }

  /** The member has to rejoin: nothing is sent until `resume`. */
  suspend(): void {
    this.#suspended = true;
    this.#cancelInterval?.();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#resolveIdle();
  }

  /** The member is about to rejoin or to leave. Commits are still sent but no longer prove ownership. */
  rebalanceStarted(): void {
    this.#rebalancing = true;
  }

  /**
   * Resolves once the broker has accepted a commit of the partition, which it accepts from the owner only. What was
   * read before the call can therefore not have been written by a later owner.
   * @throws OwnershipUnknownError during a rebalance; otherwise the broker's error
   */
  async confirmOwnership(source: CommitSource): Promise<void> {
    if (this.#suspended || this.#rebalancing) throw new OwnershipUnknownError(source);
    const { topic, partition, committableOffset: offset } = source;
    const epoch = this.#epoch;
    await this.target.commit([{ topic, partition, offset }]);
    if (this.#suspended || this.#rebalancing || epoch !== this.#epoch)
      throw new OwnershipUnknownError(source);
  }

  /** Counts a settled record. Enough of them trigger a commit, to bound what a crash repeats. */
  noteSettled(): void {
    if (++this.#settledSince === this.threshold) this.request();
  }

  /** Resolves once the broker has acknowledged a commit that covers the record with that sequence. */
  whenCommitted(source: CommitSource, sequence: number): Promise<void> {
    if (sequence < source.committedSequence) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ source, sequence, resolve, reject });
      this.request();
    });
  }

  /**
   * Commits the settled records as soon as no other commit is in progress. The request is sent at the end of the
   * turn: an acknowledgement resumes many handlers at once, and their next commits share a request.
   */
  request(): void {
    this.#requested = true;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.turn.defer(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  /**
   * Commits until no settled record is uncommitted. Resolves then, or once the committer is suspended, or with the
   * broker's first answer after `isOver`. Never rejects: records that could not be committed are redelivered.
   */
  async flush(isOver = (): boolean => false): Promise<void> {
    while (
      !isOver() &&
      !this.#suspended &&
      (this.#inFlight || this.#cancelRetry || this.#pending().length > 0)
    ) {
      this.request();
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }

  #scheduleInterval(): void {
    this.#cancelInterval?.();
    this.#cancelInterval = this.clock.schedule(this.intervalMs, () => {
      this.request();
      this.#scheduleInterval();
    });
  }

  #send(): void {
    if (this.#inFlight || this.#suspended || this.#cancelRetry) return;
    this.#requested = false;
    this.#settledSince = 0;
    const pending = this.#pending();
    if (pending.length === 0) {
      this.#resolveIdle();
      return;
    }
    this.#inFlight = true;
    const offsets = pending.map(({ source, offset }) => ({
      topic: source.topic,
      partition: source.partition,
      offset,
    }));
    const epoch = this.#epoch;
    this.target.commit(offsets).then(
      () => this.#acknowledged(pending),
      (error: unknown) => this.#failed(error, epoch),
    );
  }

  #pending(): Pending[] {
    const pending: Pending[] = [];
    for (const source of this.#sources) {
      const { committableOffset: offset } = source;
      if (source.committed !== undefined && compareOffsets(source.committed, offset) >= 0) continue;
      pending.push({ source, offset, sequence: source.committableSequence });
    }
    return pending;
  }

  #acknowledged(pending: readonly Pending[]): void {
    this.#inFlight = false;
    this.#retryMs = 0;
    this.#state.commits++;
    this.#state.lastCommitAt = this.clock.now();
    for (const { source, offset, sequence } of pending) {
      source.committed = offset;
      source.committedSequence = sequence;
    }
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      if (waiter.sequence < waiter.source.committedSequence) waiter.resolve();
      else this.#waiters.push(waiter);
    }
    this.#resolveIdle();
    if (this.#requested) this.request();
  }

  #failed(error: unknown, epoch: number): void {
    this.#inFlight = false;
    this.#state.failures++;
    this.#state.lastError = error;
    this.#requested = true;
    if (epoch !== this.#epoch) this.request();
    else if (this.target.classify(error) === 'rejoin') this.suspend();
    else this.#retryLater();
    this.#resolveIdle();
  }

  #retryLater(): void {
    if (this.#suspended) return;
    this.#retryMs = Math.min(RETRY_MS.max, this.#retryMs === 0 ? RETRY_MS.first : this.#retryMs * 2);
    this.#cancelRetry = this.clock.schedule(this.#retryMs, () => {
      this.#cancelRetry = undefined;
      this.#send();
    });
  }

  #resolveIdle(): void {
    const told = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of told) resolve();
  }
}
