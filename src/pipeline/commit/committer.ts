import type { Cancel, Clock, Turn } from '../time/clock.js';
import type { CommitSource, CommitTarget } from './commit-target.js';
import { CommitWaiters } from './commit-waiters.js';
import { compareOffsets, type Offset } from '../records/offset.js';
import { OwnershipCheck } from './ownership-check.js';

/** Counts of commit requests, for health and metrics. */
export interface CommitCounts {
  readonly commits: number;
  readonly failures: number;
}

interface Pending {
  readonly source: CommitSource;
  readonly offset: Offset;
  readonly sequence: number;
}

const RETRY_MS = { first: 100, max: 5_000 };

/**
 * Commits the committable offsets of a group's partitions: one request at a time for all of them. Records that settle
 * meanwhile are covered by the next request. A commit takes a broker milliseconds, for any number of partitions.
 */
export class Committer {
  readonly #sources = new Set<CommitSource>();
  readonly #waiters = new CommitWaiters();
  readonly #ownership: OwnershipCheck;
  #idleWaiters: (() => void)[] = [];
  /**
   * - `suspended`: the member has not joined. `suspending`: the same, while a request is still unanswered.
   * - `idle`: the next request may be sent.
   * - `committing`: a request is unanswered, perhaps since before the latest join.
   * - `backing off`: the last request failed; the next follows after a delay.
   */
  #state: 'suspended' | 'suspending' | 'idle' | 'committing' | 'backing off' = 'suspended';
  /** Whether a commit is wanted, and whether it is scheduled for the end of the turn. */
  #request: 'none' | 'wanted' | 'scheduled' = 'none';
  #settledSince = 0;
  /** Counts joins: tells whether an answer belongs to a request of an earlier generation. */
  #epoch = 0;
  #retryMs = 0;
  #cancelRetry: Cancel | undefined;
  #cancelInterval: Cancel | undefined;
  readonly #counts = { commits: 0, failures: 0 };

  constructor(
    private readonly target: CommitTarget,
    private readonly clock: Clock,
    private readonly turn: Turn,
    private readonly intervalMs: number,
    /** How many records may settle before a commit is sent ahead of the interval. */
    private readonly threshold: number,
  ) {
    this.#ownership = new OwnershipCheck(target);
  }

  get counts(): CommitCounts {
    return this.#counts;
  }

  /** Starts to commit a partition's committable offset. */
  add(source: CommitSource): void {
    this.#sources.add(source);
    this.#ownership.retained(source);
  }

  /** Removes a partition that was lost; rejects the handlers that wait for its commits with `reason`. */
  remove(source: CommitSource, reason: Error): void {
    this.#sources.delete(source);
    this.#ownership.revoking(source);
    this.#waiters.reject(source, reason);
    this.#resolveIdle();
  }

  /** The member has joined: commits may be sent. */
  resume(): void {
    this.#ownership.joined();
    if (this.#isSuspended) this.#scheduleInterval();
    this.#state = this.#isUnanswered ? 'committing' : 'idle';
    this.#epoch++;
    this.#retryMs = 0;
    this.#cancelRetry?.();
    if (this.#request !== 'none' || !this.#waiters.isEmpty) this.request();
  }

  /** The member has to rejoin: nothing is sent until `resume`. */
  suspend(): void {
    this.#ownership.left();
    this.#state = this.#isUnanswered ? 'suspending' : 'suspended';
    this.#cancelInterval?.();
    this.#cancelRetry?.();
    this.#resolveIdle();
  }

  /** The partition is being given up. Its commits are still sent but no longer prove ownership. */
  revoking(source: CommitSource): void {
    this.#ownership.revoking(source);
  }

  /** The partition is not given up after all. */
  retained(source: CommitSource): void {
    this.#ownership.retained(source);
  }

  /**
   * Resolves once the broker has accepted a commit of the partition. It accepts one only from the partition's owner.
   * @throws OwnershipUnknownError while the partition is being given up; otherwise the broker's error
   */
  confirmOwnership(source: CommitSource): Promise<void> {
    return this.#ownership.confirm(source);
  }

  /**
   * Counts a settled record. After `threshold` of them a commit is sent, to bound how many records are redelivered
   * after a crash.
   */
  noteSettled(): void {
    if (++this.#settledSince === this.threshold) this.request();
  }

  /** Resolves once the broker has acknowledged a commit that covers the record with that sequence. */
  whenCommitted(source: CommitSource, sequence: number): Promise<void> {
    if (sequence < source.committedSequence) return Promise.resolve();
    const covered = this.#waiters.add(source, sequence);
    this.request();
    return covered;
  }

  /**
   * Commits the settled records as soon as no other commit is in progress. The request is sent at the end of the
   * turn: an acknowledgement resumes many handlers at once, and their next commits share a request.
   */
  request(): void {
    if (this.#request === 'scheduled') return;
    this.#request = 'scheduled';
    this.turn.defer(() => {
      this.#request = 'wanted';
      this.#send();
    });
  }

  /**
   * Commits until there is nothing to commit. Resolves then, or once the committer is suspended. Never rejects: records
   * that could not be committed are redelivered.
   * @param hasWork whether the partitions in question have settled records that are not committed; asked after each
   *   answer of the broker
   */
  async flush(hasWork: () => boolean): Promise<void> {
    while (!this.#isSuspended && hasWork()) {
      this.request();
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }

  get #isUnanswered(): boolean {
    return this.#state === 'committing' || this.#state === 'suspending';
  }

  get #isSuspended(): boolean {
    return this.#state === 'suspended' || this.#state === 'suspending';
  }

  #scheduleInterval(): void {
    this.#cancelInterval?.();
    this.#cancelInterval = this.clock.schedule(this.intervalMs, () => {
      this.request();
      this.#scheduleInterval();
    });
  }

  #send(): void {
    if (this.#state !== 'idle') return;
    if (this.#request === 'wanted') this.#request = 'none';
    this.#settledSince = 0;
    const pending = this.#pending();
    if (pending.length === 0) {
      this.#resolveIdle();
      return;
    }
    this.#state = 'committing';
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
    this.#answered();
    this.#retryMs = 0;
    this.#counts.commits++;
    for (const { source, offset, sequence } of pending) {
      source.committed = offset;
      source.committedSequence = sequence;
    }
    this.#waiters.resolveCovered();
    this.#resolveIdle();
    if (this.#request === 'wanted') this.request();
  }

  #failed(error: unknown, epoch: number): void {
    this.#answered();
    this.#counts.failures++;
    if (this.#request === 'none') this.#request = 'wanted';
    if (epoch !== this.#epoch) this.request();
    else if (this.target.classify(error) === 'rejoin') this.suspend();
    else this.#retryLater();
    this.#resolveIdle();
  }

  #answered(): void {
    this.#state = this.#state === 'suspending' ? 'suspended' : 'idle';
  }

  #retryLater(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'backing off';
    this.#retryMs = Math.min(RETRY_MS.max, this.#retryMs === 0 ? RETRY_MS.first : this.#retryMs * 2);
    this.#cancelRetry = this.clock.schedule(this.#retryMs, () => {
      this.#state = 'idle';
      this.#send();
    });
  }

  #resolveIdle(): void {
    const waiting = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiting) resolve();
  }
}
