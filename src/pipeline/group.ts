import type { Clock, Turn } from './time/clock.js';
import type { InFlightLimiter } from './records/in-flight-limiter.js';
import type { CommitTarget } from './commit/commit-target.js';
import { Committer } from './commit/committer.js';
import type { FetchedBatch, FetchedRecord, TopicPartition, TopicPartitionOffset } from './records/fetched.js';
import { compareOffsets, type Offset } from './records/offset.js';
import type { Handler } from './handler/handler.js';
import type { RecordIntakeEvents } from './fetch/record-intake.js';
import { type PartitionEvents, PartitionPipeline } from './partition.js';
import type { FailureListener } from './failures/failure-event.js';
import { TopicCounts } from './topic-counts.js';

/** Pauses and resumes fetching of single partitions. */
export interface FetchControl {
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
}

/** Events of a group's records. */
export interface GroupEvents extends RecordIntakeEvents {
  /** A record failed, or a partition is affected by failed records. */
  readonly failed: FailureListener;
  /** The log below a partition's position was replaced: its topic was recreated, or the log was truncated. */
  rewound(from: TopicPartitionOffset, to: TopicPartitionOffset): void;
}

/** What an operator has paused: a topic, or one partition of it. */
export interface OperatorPause {
  readonly topic: string;
  readonly partition?: number;
}

/** What a group's pipeline is built from. */
export interface GroupParts {
  readonly handlerOf: (topic: string) => Handler | undefined;
  readonly fetching: FetchControl;
  readonly commits: CommitTarget;
  readonly commitIntervalMs: number;
  /** Shared by all groups of the process. */
  readonly limiter: InFlightLimiter;
  readonly events: GroupEvents;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly random: () => number;
}

/** All partitions of a group member: assignment, records in flight and commits. */
export class GroupPipeline implements PartitionEvents {
  readonly committer: Committer;
  /** Increases with every assignment. Work that began in one epoch commits nothing after its partition was lost. */
  epoch = 0;
  /** By topic, for every topic of which a partition was ever assigned. */
  readonly counts = new Map<string, TopicCounts>();

  #generation = 0;
  readonly #partitions = new Map<string, PartitionPipeline>();
  /** Assigned partitions whose position is not known yet. */
  readonly #awaitingPosition = new Set<string>();
  /** Partitions, and whole topics, that an operator has paused. */
  readonly #pausedByOperator = new Map<string, OperatorPause>();
  /** What was committed of retained partitions at the join, until their position is known. */
  readonly #committedAtJoin = new Map<string, Offset>();
  /** True from a drain to the next assignment, or to the end. */
  #draining = false;
  #stopping = false;
  #idleWaiters: (() => void)[] = [];

  constructor(private readonly parts: GroupParts) {
    const { commits, clock, turn, commitIntervalMs, limiter } = parts;
    this.committer = new Committer(commits, clock, turn, commitIntervalMs, limiter.limits.records);
  }

  get partitions(): IterableIterator<PartitionPipeline> {
    return this.#partitions.values();
  }

  /** How many partitions are assigned, including those whose position is not known yet. */
  get assignedCount(): number {
    return new Set([...this.#partitions.keys(), ...this.#awaitingPosition]).size;
  }

  partition(at: TopicPartition): PartitionPipeline | undefined {
    return this.#partitions.get(keyOf(at));
  }

  /**
   * The member has joined with this assignment.
   * @param continuous whether it stayed a member throughout, so that nobody else owned the retained partitions meanwhile
   * @param generation the group's; it grows with every join of any member
   */
  assign(assignment: readonly TopicPartition[], continuous: boolean, generation: number): void {
    this.epoch++;
    this.#generation = generation;
    const kept = new Set(continuous ? assignment.map(keyOf) : []);
    for (const [key, pipeline] of this.#partitions) if (!kept.has(key)) this.#closePartition(key, pipeline);
    this.#awaitingPosition.clear();
    for (const each of assignment) this.#awaitingPosition.add(keyOf(each));
    this.#committedAtJoin.clear();
    for (const [key, { committed, startOffset: origin }] of this.#partitions)
      this.#committedAtJoin.set(key, committed ?? origin);
    this.#draining = this.#stopping;
    this.committer.resume();
    for (const pipeline of this.#partitions.values()) {
      if (this.#stopping) pipeline.drain();
      else pipeline.resumeAfterJoin();
    }
  }

  /** The group has removed the member: its partitions may belong to others. */
  loseAll(): void {
    this.committer.suspend();
    for (const [key, pipeline] of this.#partitions) this.#closePartition(key, pipeline);
    this.#awaitingPosition.clear();
  }

  /**
   * An assigned partition will be read from `offset`: where the group's commit, or the reset policy, points.
   * Records in flight of a retained partition stay valid only if `offset` is at or above the commit known at its join:
   * the offset fetch may be older than a newer commit.
   */
  start({ topic, partition, offset }: TopicPartitionOffset): void {
    const key = keyOf({ topic, partition });
    this.#awaitingPosition.delete(key);
    const kept = this.#partitions.get(key);
    const leftAt = this.#committedAtJoin.get(key) ?? kept?.committed ?? kept?.startOffset;
    this.#committedAtJoin.delete(key);
    if (kept && leftAt !== undefined && compareOffsets(leftAt, offset) <= 0) {
      kept.fetchFrom(offset);
      return;
    }
    if (kept) this.#closeRewound(key, kept, offset);
    const handler = this.parts.handlerOf(topic);
    if (!handler) {
      // A broker that has just started may list no topics, and handlers of topics that are gone are forgotten: with the
      // next fetch it is asked for again.
      this.#awaitingPosition.add(key);
      return;
    }
    const { limiter, clock, turn, random } = this.parts;
    const { committer } = this;
    const pipeline = new PartitionPipeline(topic, partition, offset, {
      handler,
      generation: this.#generation,
      limiter,
      committer,
      counts: this.#countsOf(topic),
      events: this,
      clock,
      turn,
      random,
    });
    this.#partitions.set(key, pipeline);
    if (this.isPaused(pipeline)) pipeline.pause();
    if (this.#draining) pipeline.suspend();
    this.committer.add(pipeline);
    this.committer.request();
  }

  /**
   * The log does not have the offset to read from, and the reset policy gives `offset`. If that is above the fetch
   * offset, retention removed the records in between, and records in flight stay valid. If it is below, the topic was
   * recreated or the log truncated: records in flight say nothing about the records that are there now.
   * @returns where to read from: never above the committable offset
   */
  outOfRange({ topic, partition, offset }: TopicPartitionOffset): Offset {
    const key = keyOf({ topic, partition });
    const kept = this.#partitions.get(key);
    if (kept && compareOffsets(offset, kept.fetchOffset) >= 0) {
      kept.fetchFrom(offset);
      return offset;
    }
    const from = kept && compareOffsets(kept.committableOffset, offset) < 0 ? kept.committableOffset : offset;
    if (kept) this.#closeRewound(key, kept, from);
    this.start({ topic, partition, offset: from });
    return from;
  }

  /**
   * Takes in a fetch.
   * @returns the last record taken, `'all'` for the whole fetch, or undefined where nothing was taken and the
   * same offset is to be fetched again
   */
  receive(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    if (this.#stopping) return undefined;
    const key = keyOf(batch);
    if (this.#awaitingPosition.has(key)) this.start({ ...batch, offset: batch.from });
    let pipeline = this.#partitions.get(key);
    // Never reset above the committable offset: unsettled records would be skipped. Such a fetch is a duplicate.
    if (
      pipeline &&
      compareOffsets(batch.from, pipeline.fetchOffset) < 0 &&
      compareOffsets(batch.from, pipeline.committableOffset) <= 0
    ) {
      this.#closeRewound(key, pipeline, batch.from);
      this.start({ ...batch, offset: batch.from });
      pipeline = this.#partitions.get(key);
    }
    if (!pipeline) return undefined;
    const taken = pipeline.receive(batch);
    if (pipeline.paused) this.parts.fetching.pause(pipeline);
    return taken;
  }

  /**
   * Pauses a topic, or one partition of it, until `resume`, even if it is assigned to this member only later.
   * Running handlers finish.
   */
  pause(topic: string, partition?: number): void {
    if (partition === undefined) this.#pausedByOperator.set(topic, { topic });
    else this.#pausedByOperator.set(keyOf({ topic, partition }), { topic, partition });
    for (const pipeline of this.#partitions.values()) if (this.isPaused(pipeline)) pipeline.pause();
  }

  /** Resumes a topic with all of its partitions, or one partition. */
  resume(topic: string, partition?: number): void {
    for (const [name, paused] of this.#pausedByOperator) {
      const isMeant = paused.topic === topic && (partition === undefined || paused.partition === partition);
      if (isMeant) this.#pausedByOperator.delete(name);
    }
    for (const pipeline of this.#partitions.values()) if (!this.isPaused(pipeline)) pipeline.resume();
  }

  /** Topics and partitions that an operator has paused, assigned or not. */
  get operatorPauses(): OperatorPause[] {
    return [...this.#pausedByOperator.values()];
  }

  /** Whether an operator has paused the partition, or its topic. */
  isPaused(at: TopicPartition): boolean {
    return this.#pausedByOperator.has(at.topic) || this.#pausedByOperator.has(keyOf(at));
  }

  /** A fetch brought no record that a reader may see; the position moves to `offset`. */
  skip({ topic, partition, offset }: TopicPartitionOffset): void {
    this.#partitions.get(keyOf({ topic, partition }))?.skipTo(offset);
  }

  /**
   * Lets running handlers finish, starts only the records that hold the committable offset below them, and commits.
   * Afterwards nothing is started: it could not be committed if the join moves the partition. A handler that awaits
   * a commit is awaited only if that commit can be sent: it may depend on a record that is retried later.
   * @returns whether all handlers finished, and all settled records were committed, within `boundMs`
   */
  async drain(boundMs: number): Promise<boolean> {
    const { clock } = this.parts;
    const deadline = clock.now() + boundMs;
    this.committer.rebalanceStarted();
    this.#draining = true;
    for (const pipeline of this.#partitions.values()) pipeline.drain();
    let isDone: boolean;
    do {
      isDone = await this.#within(deadline - clock.now(), this.#idle());
      if (!isDone) for (const pipeline of this.#partitions.values()) pipeline.suspend();
      isDone = (await this.commitSettled(deadline - clock.now())) && isDone;
      // Handlers that awaited that commit continue, and so do their lanes.
    } while (isDone && this.#isBusy());
    for (const pipeline of this.#partitions.values()) pipeline.suspend();
    return isDone;
  }

  /**
   * Commits the settled records.
   * @returns whether that was done within `boundMs`
   */
  async commitSettled(boundMs: number): Promise<boolean> {
    let isOver = false;
    const inTime = await this.#within(
      boundMs,
      this.committer.flush(() => isOver),
    );
    isOver = true;
    return inTime;
  }

  /** Whether `work` resolved within `boundMs`. */
  #within(boundMs: number, work: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.schedule(boundMs, () => resolve(false));
      void work.then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** Stops fetching, and accepts no more records. */
  stopReading(): void {
    this.#stopping = true;
    for (const pipeline of this.#partitions.values()) this.parts.fetching.pause(pipeline);
  }

  /** Aborts every running handler. */
  abort(reason: Error): void {
    for (const pipeline of this.#partitions.values()) pipeline.abort(reason);
  }

  /**
   * Aborts handlers that have exceeded their timeout.
   * @param blockedMs how long nothing could run in this process since the last check: no handler's own time
   */
  checkTimeouts(blockedMs = 0): void {
    for (const pipeline of this.#partitions.values()) pipeline.checkTimeouts(blockedMs);
  }

  get failed(): FailureListener {
    return this.parts.events.failed;
  }

  get intake(): RecordIntakeEvents {
    return this.parts.events;
  }

  fetchPaused(pipeline: PartitionPipeline): void {
    this.parts.fetching.pause(pipeline);
  }

  fetchResumed(pipeline: PartitionPipeline): void {
    if (!this.#stopping) this.parts.fetching.resume(pipeline);
  }

  partitionIdle(): void {
    if (this.#idleWaiters.length === 0 || this.#isBusy()) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #isBusy(): boolean {
    for (const pipeline of this.#partitions.values()) if (pipeline.busy) return true;
    return false;
  }

  /** Re-checks after each wake-up: a completed call may have started the next record of its lane. */
  async #idle(): Promise<void> {
    while (this.#isBusy()) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** The client reads from an earlier offset: the topic was recreated, its log truncated, or its offset reset. */
  #closeRewound(key: string, pipeline: PartitionPipeline, offset: Offset): void {
    const { topic, partition, position } = pipeline;
    this.parts.events.rewound({ topic, partition, offset: position }, { topic, partition, offset });
    this.#closePartition(key, pipeline);
  }

  /** Drops the counts of topics that do not exist any more: with a pattern, topics come and go for ever. */
  forgetTopics(existing: ReadonlySet<string>): void {
    const assigned = new Set(Array.from(this.partitions, ({ topic }) => topic));
    for (const topic of this.counts.keys())
      if (!existing.has(topic) && !assigned.has(topic)) this.counts.delete(topic);
  }

  #countsOf(topic: string): TopicCounts {
    const counts = this.counts.get(topic) ?? new TopicCounts();
    this.counts.set(topic, counts);
    return counts;
  }

  #closePartition(key: string, pipeline: PartitionPipeline): void {
    this.#partitions.delete(key);
    this.#committedAtJoin.delete(key);
    if (pipeline.paused) this.parts.fetching.resume(pipeline);
    pipeline.close();
    this.partitionIdle();
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
