import type { CommitFailure, CommitTarget } from '../commit/commit-target.js';
import type { GroupPipeline, FetchControl } from '../group.js';
import type { FetchedRecord, TopicPartition, TopicPartitionOffset } from '../records/fetched.js';
import { compareOffsets, type Offset, offsetAfter, toOffset } from '../records/offset.js';
import type { VirtualClock } from './virtual-time.js';

/** The error of a commit that came with an old generation. */
export class StaleGeneration extends Error {}

/** One partition's log, the group's committed offset, and the position of its only client. */
export interface ModelPartition {
  readonly topic: string;
  readonly partition: number;
  readonly log: readonly FetchedRecord[];
  /** The high watermark; above the last record if control records follow it. */
  readonly end: Offset;
  committed: Offset;
  position: Offset;
  assigned: boolean;
  paused: boolean;
  /** Another object for each ownership. */
  ownership: object;
}

/** An in-memory broker and a client that behaves like kafkajs, as far as the pipeline depends on it. */
export class ModelBroker implements FetchControl, CommitTarget {
  commitDelayMs = 5;
  /** How the next commits fail, in order. */
  readonly commitFailures: CommitFailure[] = [];
  commitsInFlight = 0;
  mostCommitsInFlight = 0;
  /** Commits that were sent for partitions that the member had given up: `partition@offset`. */
  readonly strayCommits: string[] = [];
  #generation = 0;

  constructor(
    readonly partitions: readonly ModelPartition[],
    private readonly clock: VirtualClock,
  ) {}

  at({ topic, partition }: TopicPartition): ModelPartition {
    const found = this.partitions.find((each) => each.topic === topic && each.partition === partition);
    if (!found) throw new Error(`no such partition: ${topic}[${partition}]`);
    return found;
  }

  pause(at: TopicPartition): void {
    this.at(at).paused = true;
  }

  resume(at: TopicPartition): void {
    this.at(at).paused = false;
  }

  commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const generation = this.#generation;
    const stray = offsets.filter((each) => !this.at(each).assigned);
    this.strayCommits.push(...stray.map(({ partition, offset }) => `${partition}@${offset}`));
    this.commitsInFlight++;
    this.mostCommitsInFlight = Math.max(this.mostCommitsInFlight, this.commitsInFlight);
    return new Promise((resolve, reject) => {
      this.clock.schedule(this.commitDelayMs, () => {
        this.commitsInFlight--;
        const failure = generation === this.#generation ? this.commitFailures.shift() : 'rejoin';
        if (failure === 'rejoin') return reject(new StaleGeneration('illegal generation'));
        if (failure === 'transient') return reject(new Error('not now'));
        for (const each of offsets) this.at(each).committed = each.offset;
        resolve();
      });
    });
  }

  classify(error: unknown): CommitFailure {
    return error instanceof StaleGeneration ? 'rejoin' : 'transient';
  }

  /** A rebalance: each assigned partition is read again from what was committed, as in the eager protocol. */
  join(group: GroupPipeline, owned: readonly boolean[], continuous: boolean): void {
    this.#generation++;
    this.partitions.forEach((each, index) => {
      const kept = continuous && each.assigned && owned[index] === true;
      each.assigned = owned[index] ?? false;
      if (!kept) each.ownership = {};
    });
    const assigned = this.partitions.filter((each) => each.assigned);
    group.assign(assigned, continuous, this.#generation);
    for (const each of assigned) {
      each.position = each.committed;
      group.start({ topic: each.topic, partition: each.partition, offset: each.position });
    }
  }

  /**
   * Changes the assignment as the consumer group protocol does (KIP-848): partitions that the member retains are read on,
   * and those that it gives up were revoked before.
   */
  reassign(group: GroupPipeline, owned: readonly boolean[]): void {
    const added = this.partitions.filter((each, index) => owned[index] === true && !each.assigned);
    this.partitions.forEach((each, index) => {
      if (!each.assigned || owned[index] !== true) each.ownership = {};
      each.assigned = owned[index] ?? false;
    });
    const assigned = this.partitions.filter((each) => each.assigned);
    group.assign(assigned, true, this.#generation);
    for (const each of added) {
      each.position = each.committed;
      group.start({ topic: each.topic, partition: each.partition, offset: each.position });
    }
  }

  /** One fetch of up to `most` records. */
  fetch(group: GroupPipeline, each: ModelPartition, most: number): void {
    if (!each.assigned || each.paused) return;
    const rest = each.log.filter(({ offset }) => compareOffsets(offset, each.position) >= 0);
    const records = rest.slice(0, most);
    const last = records.at(-1);
    if (!last) {
      if (compareOffsets(each.end, each.position) <= 0) return;
      each.position = each.end;
      group.skip({ topic: each.topic, partition: each.partition, offset: each.end });
      return;
    }
    const next = rest.length > most ? offsetAfter(last.offset) : each.end;
    const { topic, partition, position: from, end } = each;
    const taken = group.receive({ topic, partition, from, records, next, reachableOffset: end });
    if (taken === 'all') each.position = next;
    else if (taken) each.position = offsetAfter(taken.offset);
  }
}

/** A log with gaps: for each record its distance to the one before and its key. */
export function modelPartition(
  partition: number,
  records: readonly { readonly gap: number; readonly key: string | null }[],
  trailing: number,
): ModelPartition {
  let offset = 0;
  const log = records.map(({ gap, key }): FetchedRecord => {
    offset += gap;
    const record = {
      offset: toOffset(offset),
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from('x'),
      timestamp: '0',
    };
    offset++;
    return record;
  });
  return {
    topic: 't',
    partition,
    log,
    end: toOffset(offset + trailing),
    committed: toOffset(0),
    position: toOffset(0),
    assigned: false,
    paused: false,
    ownership: {},
  };
}
