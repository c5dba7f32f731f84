import {
  type FetchedBatch,
  partitionKeyOf,
  type TopicPartition,
  type TopicPartitionOffset,
} from './records/fetched.js';
import { compareOffsets, type Offset } from './records/offset.js';
import type { PartitionPipeline } from './partition.js';

/** Callbacks of a member's assignment to its group. */
export interface AssignmentHooks {
  /** Creates the pipeline of a partition; undefined if its topic has no handler at the moment. */
  open(start: TopicPartitionOffset, generation: number): PartitionPipeline | undefined;
  /** Ends the pipeline of a partition that is no longer read, or is read from an earlier offset. */
  close(pipeline: PartitionPipeline): void;
  /** The log below a partition's position was replaced. */
  rewound(from: TopicPartitionOffset, to: TopicPartitionOffset): void;
}

/** Partitions that are being given up. */
export interface Revocation {
  /** Those of them that are still open. */
  open(): Iterable<PartitionPipeline>;
  /** Their records are finished as far as possible. */
  end(): void;
}

/** The partitions that are assigned to a group member, and where each of them is read from. */
export class GroupAssignment {
  #generation = 0;
  readonly #partitions = new Map<string, PartitionPipeline>();
  /** Assigned partitions whose position is not known yet. */
  readonly #awaitingPosition = new Set<string>();
  /** Partitions that are being given up, each with its revocations that have not ended. */
  readonly #revoking = new Map<string, Set<Revocation>>();
  /** The committed offsets of retained partitions at the join, until their position is known. */
  readonly #committedAtJoin = new Map<string, Offset>();

  constructor(private readonly hooks: AssignmentHooks) {}

  get partitions(): IterableIterator<PartitionPipeline> {
    return this.#partitions.values();
  }

  /** How many partitions are assigned, including those whose position is not known yet. */
  get count(): number {
    return new Set([...this.#partitions.keys(), ...this.#awaitingPosition]).size;
  }

  partition(at: TopicPartition): PartitionPipeline | undefined {
    return this.#partitions.get(partitionKeyOf(at));
  }

  /**
   * Replaces the assignment. A retained partition that was not being given up stays as it is; one that was is read from
   * its commit.
   * @param continuous whether the member stayed in its group throughout, so that no other member owned the retained
   *   partitions meanwhile
   * @param generation the group's; it grows with every join of any member
   */
  assign(assignment: readonly TopicPartition[], continuous: boolean, generation: number): void {
    this.#generation = generation;
    const assigned = new Set(assignment.map(partitionKeyOf));
    const retained = continuous ? assigned : new Set<string>();
    for (const [key, pipeline] of this.#partitions) if (!retained.has(key)) this.#close(key, pipeline);
    for (const key of this.#awaitingPosition) if (!assigned.has(key)) this.#awaitingPosition.delete(key);
    for (const key of assigned) {
      const pipeline = this.#partitions.get(key);
      if (pipeline) this.#committedAtJoin.set(key, pipeline.committed ?? pipeline.startOffset);
      if (!pipeline || this.#revoking.get(key)?.size === 0) this.#awaitingPosition.add(key);
    }
    for (const [key, unfinished] of this.#revoking) if (unfinished.size === 0) this.#revoking.delete(key);
  }

  /**
   * The partitions are being given up. An assignment retains those of them that it still has, but not before the revocation
   * has ended: until then other partitions may be assigned or lost.
   * @param partitions all, unless given
   */
  revoke(partitions?: readonly TopicPartition[]): Revocation {
    const all = [...this.#partitions.keys(), ...this.#awaitingPosition];
    const keys = new Set(partitions?.map(partitionKeyOf) ?? all);
    const revocation: Revocation = {
      open: () => this.#open(revocation),
      end: () => {
        for (const key of keys) this.#revoking.get(key)?.delete(revocation);
      },
    };
    for (const key of keys) this.#revoking.set(key, (this.#revoking.get(key) ?? new Set()).add(revocation));
    return revocation;
  }

  /** Whether the partition is being given up. */
  isRevoking(at: TopicPartition): boolean {
    return this.#revoking.has(partitionKeyOf(at));
  }

  /** The partitions belong to other members, or may. */
  lose(partitions: readonly TopicPartition[]): void {
    for (const key of partitions.map(partitionKeyOf)) {
      const pipeline = this.#partitions.get(key);
      if (pipeline) this.#close(key, pipeline);
      this.#awaitingPosition.delete(key);
      this.#revoking.delete(key);
    }
  }

  /** The group has removed the member: all partitions may belong to others. */
  loseAll(): void {
    for (const [key, pipeline] of this.#partitions) this.#close(key, pipeline);
    this.#awaitingPosition.clear();
    this.#revoking.clear();
  }

  /**
   * An assigned partition will be read from `offset`: where the group's commit, or the reset policy, points.
   * Records in flight of a retained partition stay valid only if `offset` is at or above the commit known at its join:
   * the offset fetch may be older than a newer commit.
   */
  start(position: TopicPartitionOffset): void {
    const { offset } = position;
    const key = partitionKeyOf(position);
    this.#awaitingPosition.delete(key);
    const kept = this.#partitions.get(key);
    const leftAt = this.#committedAtJoin.get(key) ?? kept?.committed ?? kept?.startOffset;
    this.#committedAtJoin.delete(key);
    if (kept && leftAt !== undefined && compareOffsets(leftAt, offset) <= 0) {
      kept.intake.fetchFrom(offset);
      return;
    }
    if (kept) this.#closeRewound(key, kept, offset);
    const opened = this.hooks.open(position, this.#generation);
    // A broker that has just started may list no topics, and handlers of deleted topics are forgotten: the next fetch
    // tries to open it.
    if (opened) this.#partitions.set(key, opened);
    else this.#awaitingPosition.add(key);
  }

  /**
   * The log does not have the offset to read from, and the reset policy gives `offset`. If that is above the fetch
   * offset, retention removed the records in between, and records in flight stay valid. If it is below, the topic was
   * recreated or the log truncated: records in flight are not the records that are in the log now.
   * @returns where to read from: never above the committable offset
   */
  outOfRange({ topic, partition, offset }: TopicPartitionOffset): Offset {
    const key = partitionKeyOf({ topic, partition });
    const kept = this.#partitions.get(key);
    if (kept && compareOffsets(offset, kept.intake.fetchOffset) >= 0) {
      kept.intake.fetchFrom(offset);
      return offset;
    }
    const from = kept && compareOffsets(kept.committableOffset, offset) < 0 ? kept.committableOffset : offset;
    if (kept) this.#closeRewound(key, kept, from);
    this.start({ topic, partition, offset: from });
    return from;
  }

  /** The pipeline that takes in a fetch; undefined if the partition is not assigned or has no handler. */
  pipelineFor(batch: FetchedBatch): PartitionPipeline | undefined {
    const { topic, partition, from: offset } = batch;
    const key = partitionKeyOf(batch);
    if (this.#awaitingPosition.has(key)) this.start({ topic, partition, offset });
    const pipeline = this.#partitions.get(key);
    // Never reset above the committable offset: unsettled records would be skipped. Such a fetch is a duplicate.
    const isRewound =
      pipeline &&
      compareOffsets(offset, pipeline.intake.fetchOffset) < 0 &&
      compareOffsets(offset, pipeline.committableOffset) <= 0;
    if (!isRewound) return pipeline;
    this.#closeRewound(key, pipeline, offset);
    this.start({ topic, partition, offset });
    return this.#partitions.get(key);
  }

  /** A partition that was lost meanwhile and assigned again is no longer part of the revocation. */
  *#open(revocation: Revocation): Iterable<PartitionPipeline> {
    for (const [key, pipeline] of this.#partitions)
      if (this.#revoking.get(key)?.has(revocation) === true) yield pipeline;
  }

  /** The client reads from an earlier offset: the topic was recreated, its log truncated, or its offset reset. */
  #closeRewound(key: string, pipeline: PartitionPipeline, offset: Offset): void {
    const { topic, partition, position } = pipeline;
    this.hooks.rewound({ topic, partition, offset: position }, { topic, partition, offset });
    this.#close(key, pipeline);
  }

  #close(key: string, pipeline: PartitionPipeline): void {
    this.#partitions.delete(key);
    this.#committedAtJoin.delete(key);
    this.hooks.close(pipeline);
  }
}
