import type { Clock, Turn } from './time/clock.js';
import type { InFlightLimiter } from './records/in-flight-limiter.js';
import type { CommitTarget } from './commit/commit-target.js';
import { Committer } from './commit/committer.js';
import type { FetchedBatch, FetchedRecord, TopicPartition, TopicPartitionOffset } from './records/fetched.js';
import type { Offset } from './records/offset.js';
import type { Handler } from './handler/handler.js';
import type { RecordIntakeEvents } from './record-intake.js';
import { GroupAssignment } from './group-assignment.js';
import { GroupDrain } from './group-drain.js';
import { type OperatorPause, OperatorPauses } from './fetch/operator-pauses.js';
import type { PartitionEvents } from './partition-wiring.js';
import { PartitionPipeline } from './partition.js';
import type { FailureListener } from './failures/failure-event.js';
import { CountsByTopic } from './dispatch/topic-counts.js';

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

/** The dependencies of a group's pipeline. */
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
export class GroupPipeline {
  readonly committer: Committer;
  /** By topic, for every topic of which a partition was ever assigned. */
  readonly counts = new CountsByTopic();

  /** Once stopping, which is final, no record is taken in, and newly assigned partitions start nothing. */
  #state: 'running' | 'stopping' = 'running';
  readonly #assignment: GroupAssignment;
  readonly #operatorPauses = new OperatorPauses();
  readonly #drain: GroupDrain;
  readonly #partitionEvents: PartitionEvents;

  constructor(private readonly parts: GroupParts) {
    const { commits, clock, turn, commitIntervalMs, events, fetching, limiter } = parts;
    this.committer = new Committer(commits, clock, turn, commitIntervalMs, limiter.limits.records);
    this.#assignment = new GroupAssignment({
      open: (start, generation) => this.#open(start, generation),
      close: (pipeline) => this.#close(pipeline),
      rewound: (from, to) => events.rewound(from, to),
    });
    this.#drain = new GroupDrain(this.committer, clock);
    this.#partitionEvents = {
      failed: events.failed,
      intake: events,
      fetchPaused: (at) => fetching.pause(at),
      fetchResumed: (at) => {
        if (this.#state !== 'stopping') fetching.resume(at);
      },
      partitionIdle: () => this.#drain.partitionIdle(),
    };
  }

  get partitions(): IterableIterator<PartitionPipeline> {
    return this.#assignment.partitions;
  }

  /** How many partitions are assigned, including those whose position is not known yet. */
  get assignedCount(): number {
    return this.#assignment.count;
  }

  partition(at: TopicPartition): PartitionPipeline | undefined {
    return this.#assignment.partition(at);
  }

  /**
   * The member has this assignment now. A retained partition that was not being given up notices nothing.
   * @param continuous whether it stayed a member throughout, so that no other member owned the retained partitions
   *   meanwhile
   * @param generation the group's; it grows with every join of any member
   */
  assign(assignment: readonly TopicPartition[], continuous: boolean, generation: number): void {
    this.#assignment.assign(assignment, continuous, generation);
    this.committer.resume();
    for (const pipeline of this.partitions) {
      if (this.#state === 'stopping') pipeline.drain();
      else if (!this.#assignment.isRevoking(pipeline)) pipeline.retain();
    }
  }

  /** These partitions may belong to other members: nothing of them can be committed. */
  lose(partitions: readonly TopicPartition[]): void {
    this.#assignment.lose(partitions);
    if (this.assignedCount === 0) this.committer.suspend();
  }

  /** The member has left its group, or was removed: all partitions may belong to others. */
  loseAll(): void {
    this.committer.suspend();
    this.#assignment.loseAll();
  }

  /** An assigned partition will be read from `offset`: where the group's commit, or the reset policy, points. */
  start(position: TopicPartitionOffset): void {
    this.#assignment.start(position);
  }

  /**
   * The log does not have the offset to read from, and the reset policy gives `offset`.
   * @returns where to read from: never above the committable offset
   */
  outOfRange(position: TopicPartitionOffset): Offset {
    return this.#assignment.outOfRange(position);
  }

  /**
   * Takes in a fetch.
   * @returns the last record taken, `'all'` for the whole fetch, or undefined if none was taken and the same offset
   *   is to be fetched again
   */
  receive(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    if (this.#state === 'stopping') return undefined;
    const pipeline = this.#assignment.pipelineFor(batch);
    if (!pipeline) return undefined;
    const taken = pipeline.intake.receive(batch);
    if (pipeline.paused) this.parts.fetching.pause(pipeline);
    return taken;
  }

  /**
   * Pauses a topic, or one partition of it, until `resume`, even if it is assigned to this member only later.
   * Running handlers finish.
   */
  pause(topic: string, partition?: number): void {
    this.#operatorPauses.add(topic, partition);
    for (const pipeline of this.partitions) if (this.isPaused(pipeline)) pipeline.pause();
  }

  /** Resumes a topic with all of its partitions, or one partition. */
  resume(topic: string, partition?: number): void {
    this.#operatorPauses.remove(topic, partition);
    for (const pipeline of this.partitions) if (!this.isPaused(pipeline)) pipeline.resume();
  }

  /** Topics and partitions that an operator has paused, assigned or not. */
  get operatorPauses(): OperatorPause[] {
    return this.#operatorPauses.list;
  }

  /** Whether an operator has paused the partition, or its topic. */
  isPaused(at: TopicPartition): boolean {
    return this.#operatorPauses.has(at);
  }

  /** A fetch returned no visible record; the position moves to `offset`. */
  skip({ topic, partition, offset }: TopicPartitionOffset): void {
    this.partition({ topic, partition })?.intake.skipTo(offset);
  }

  /**
   * Lets the running handlers of partitions finish and commits, before the partitions are given up; the other partitions
   * notice nothing. See {@link GroupDrain.drain}.
   * @param partitions all, unless given
   * @returns whether all handlers finished, and all settled records were committed, within `boundMs`
   */
  async drain(boundMs: number, partitions?: readonly TopicPartition[]): Promise<boolean> {
    const revocation = this.#assignment.revoke(partitions);
    const isDone = await this.#drain.drain(revocation.open, boundMs);
    revocation.end();
    return isDone;
  }

  /**
   * Commits the settled records.
   * @returns whether that was done within `boundMs`
   */
  commitSettled(boundMs: number): Promise<boolean> {
    return this.#drain.commitSettled(() => this.partitions, boundMs);
  }

  /** Stops fetching, and accepts no more records. */
  stopReading(): void {
    this.#state = 'stopping';
    for (const pipeline of this.partitions) this.parts.fetching.pause(pipeline);
  }

  /** Aborts every running handler. */
  abort(reason: Error): void {
    for (const pipeline of this.partitions) pipeline.abort(reason);
  }

  /**
   * Aborts handlers that have exceeded their timeout.
   * @param blockedMs how long the event loop was blocked since the last check; it does not count towards any timeout
   */
  checkTimeouts(blockedMs = 0): void {
    for (const pipeline of this.partitions) pipeline.checkTimeouts(blockedMs);
  }

  /** Drops the counts of topics that do not exist any more: with a pattern, their number is not limited. */
  forgetTopics(existing: ReadonlySet<string>): void {
    this.counts.forget(existing, new Set(Array.from(this.partitions, ({ topic }) => topic)));
  }

  #open(
    { topic, partition, offset }: TopicPartitionOffset,
    generation: number,
  ): PartitionPipeline | undefined {
    const { handlerOf, limiter, clock, turn, random } = this.parts;
    const handler = handlerOf(topic);
    if (!handler) return undefined;
    const pipeline = new PartitionPipeline(topic, partition, offset, {
      handler,
      generation,
      limiter,
      committer: this.committer,
      counts: this.counts.of(topic),
      events: this.#partitionEvents,
      clock,
      turn,
      random,
    });
    if (this.isPaused(pipeline)) pipeline.pause();
    if (this.#state === 'stopping' || this.#assignment.isRevoking(pipeline)) pipeline.suspend();
    this.committer.request();
    return pipeline;
  }

  #close(pipeline: PartitionPipeline): void {
    if (pipeline.paused) this.parts.fetching.resume(pipeline);
    pipeline.close();
    this.#drain.partitionIdle();
  }
}
