import type { Clock, Turn } from './time/clock.js';
import type { InFlightLimiter } from './records/in-flight-limiter.js';
import { type CommitTarget, Committer } from './commit/committer.js';
import type { FetchedBatch, FetchedRecord, TopicPartition, TopicPartitionOffset } from './records/fetched.js';
import { compareOffsets, type Offset } from './records/offset.js';
import type { Handler } from './handler/handler.js';
import type { RecordIntakeEvents } from './fetch/record-intake.js';
import { type PartitionEvents, PartitionPipeline } from './partition.js';
import type { RecordFailureEvents } from './failures/partition-failures.js';
import { TopicCounts } from './topic-counts.js';

/** Where fetching is stopped and let go on, partition by partition. */
export interface FetchControl {
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
}

/** What the outside hears of a group's records. */
export interface GroupEvents extends RecordFailureEvents, RecordIntakeEvents {
  /** The log below a partition's position was replaced: its topic was created anew, or cut back. */
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

/** All of a group member's partitions: who owns what, what is in flight, and what is committed. */
export class GroupPipeline implements PartitionEvents {
  readonly committer: Committer;
  /** Grows with every assignment; what began in one epoch commits nothing in another it does not last into. */
  epoch = 0;
  /** By topic, of every topic that it ever had a partition of. */
  readonly counts = new Map<string, TopicCounts>();

  #generation = 0;
  readonly #partitions = new Map<string, PartitionPipeline>();
  /** Assigned, with the position still to come. */
  readonly #awaitingPosition = new Set<string>();
  /** Partitions, and whole topics, that an operator has paused. */
  readonly #pausedByOperator = new Map<string, OperatorPause>();
  /** Up to where kept partitions were committed when the member joined, until it is known where they are read from. */
  readonly #committedAtJoin = new Map<string, Offset>();
  /** Between a drain and the next assignment, or the end. */
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

  /** How many partitions are the member's, those among them that it does not know yet where to read from. */
  get assignedCount(): number {
    return new Set([...this.#partitions.keys(), ...this.#awaitingPosition]).size;
  }

  partition(at: TopicPartition): PartitionPipeline | undefined {
    return this.#partitions.get(keyOf(at));
  }

  /**
   * The member has joined with this assignment.
   * @param continuous whether it was a member all along, so that nobody else can have owned what it keeps
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

  /** The member is no longer one: all that it had belongs to others now. */
  loseAll(): void {
    this.committer.suspend();
    for (const [key, pipeline] of this.#partitions) this.#closePartition(key, pipeline);
    this.#awaitingPosition.clear();
  }

  /**
   * An assigned partition will be read from `offset`: where the group's commit, or the reset policy, points.
   * What a kept partition has in flight stays valid only if that is no earlier than what was committed at its join:
   * a commit since may have overtaken the question.
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
   * The log has nothing where an assigned partition was to be read on, and the reset policy says `offset`. Beyond
   * where it was, the log was cleared up to there, and what is in flight is valid. Below, it is another log, or was
   * cut back: nothing of what is in flight tells whether what is there now was handled.
   * @returns where to read from: no later than what is not settled
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
    // To begin anew above the committable offset would pass over what is not settled below: it was fetched twice.
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
   * Stops a topic, or one partition of it, until `resume`: also where it is assigned to this member only later.
   * Handlers at work finish.
   */
  pause(topic: string, partition?: number): void {
    if (partition === undefined) this.#pausedByOperator.set(topic, { topic });
    else this.#pausedByOperator.set(keyOf({ topic, partition }), { topic, partition });
    for (const pipeline of this.#partitions.values()) if (this.isPaused(pipeline)) pipeline.pause();
  }

  /** Lets a topic, with all of its partitions, or one partition go on. */
  resume(topic: string, partition?: number): void {
    for (const [name, paused] of this.#pausedByOperator) {
      const isMeant = paused.topic === topic && (partition === undefined || paused.partition === partition);
      if (isMeant) this.#pausedByOperator.delete(name);
    }
    for (const pipeline of this.#partitions.values()) if (!this.isPaused(pipeline)) pipeline.resume();
  }

  /** What an operator has paused, whether it is assigned or not: whole topics, and partitions. */
  get operatorPauses(): OperatorPause[] {
    return [...this.#pausedByOperator.values()];
  }

  /** Whether an operator has paused the partition, or its topic. */
  isPaused(at: TopicPartition): boolean {
    return this.#pausedByOperator.has(at.topic) || this.#pausedByOperator.has(keyOf(at));
  }

  /** A fetch brought only what no reader gets to see; the partition goes on at `offset`. */
  skip({ topic, partition, offset }: TopicPartitionOffset): void {
    this.#partitions.get(keyOf({ topic, partition }))?.skipTo(offset);
  }

  /**
   * Lets the handlers at work finish, starts only what stands between them and the committable offset, and commits. From then
   * on nothing is started: of a partition that is lost in the join, it could not be committed any more. A handler that
   * waits for a commit is waited for only if that comes: it may stand behind a record that is tried again later.
   * @returns whether all of them finished, and all that settled was committed, within `boundMs`
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
      // What waited for that commit goes on, and its lane after it.
    } while (isDone && this.#isBusy());
    for (const pipeline of this.#partitions.values()) pipeline.suspend();
    return isDone;
  }

  /**
   * Commits what has settled.
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

  /** Whether the work was over in time. */
  #within(boundMs: number, work: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.schedule(boundMs, () => resolve(false));
      void work.then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** Takes in nothing more, and stops fetching. */
  stopReading(): void {
    this.#stopping = true;
    for (const pipeline of this.#partitions.values()) this.parts.fetching.pause(pipeline);
  }

  /** Tells every handler at work to stop. */
  abort(reason: Error): void {
    for (const pipeline of this.#partitions.values()) pipeline.abort(reason);
  }

  /**
   * Aborts handlers that have run for longer than they may.
   * @param blockedMs how long nothing could run in this process since the last check: no handler's own time
   */
  checkTimeouts(blockedMs = 0): void {
    for (const pipeline of this.#partitions.values()) pipeline.checkTimeouts(blockedMs);
  }

  get failures(): RecordFailureEvents {
    return this.parts.events;
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

  /** Asks again once it is told: what waited behind the last handler in its lane has been started by then. */
  async #idle(): Promise<void> {
    while (this.#isBusy()) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** The client was sent back: the topic is a new one, its log was cut, or somebody asked it to. */
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
