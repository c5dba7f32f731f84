import {
  type CommitFailure,
  compareOffsets,
  type Offset,
  offsetAfter,
  toOffset,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../pipeline/index.js';
import {
  type ConsumerListener,
  type GroupConsumerClient,
  type NativeConsumer,
  OWN_ASSIGNOR,
} from '../kafka-port.js';
import type { MemoryGroup } from './memory-group.js';
import { endOf, type MemoryTopics } from './memory-topics.js';
import { nativeConsumer } from './native-clients.js';

/** The maximum number of records of a partition in one fetch. */
const FETCH_RECORDS = 500;
/** How long to wait before the rest of a batch is fetched again, in ms. */
const REFETCH_MS = 20;

interface AssignedPartition extends TopicPartition {
  /** The next offset to fetch. */
  position: Offset;
  isPaused: boolean;
}

/** Runs a function after a delay. */
type Schedule = (delayMs: number, run: () => void) => void;

/**
 * The only member of a group in memory: all partitions of its topics are assigned to it, and a partition without a
 * commit is read from its beginning.
 */
export class MemoryConsumer implements GroupConsumerClient {
  readonly crashed = new Promise<Error>(() => undefined);
  readonly outdated = new Promise<void>(() => undefined);
  readonly #assigned = new Map<string, AssignedPartition>();
  #state: 'connected' | 'joined' | 'left' = 'connected';
  #isFetching = false;

  constructor(
    private readonly topics: MemoryTopics,
    private readonly group: MemoryGroup,
    private readonly listener: ConsumerListener,
    private readonly schedule: Schedule,
  ) {}

  async connect(): Promise<void> {
    return undefined;
  }

  async start(topics: readonly string[]): Promise<void> {
    if (this.#state === 'left') return;
    this.#state = 'joined';
    for (const topic of topics) {
      for (let partition = 0; partition < this.topics.partitionsOf(topic); partition++) {
        const position = this.group.committed({ topic, partition }) ?? toOffset(0);
        this.#assigned.set(nameOf({ topic, partition }), { topic, partition, position, isPaused: false });
      }
    }
    const assignment = [...this.#assigned.values()];
    const generation = this.group.join();
    this.listener.rebalanceEnded({
      memberId: this.group.memberId,
      generation,
      assignment: assignment.map(({ topic, partition }) => ({ topic, partition })),
      continuous: false,
      unlike: [],
      assignor: OWN_ASSIGNOR,
    });
    for (const { topic, partition, position } of assignment) {
      this.listener.positionKnown({ topic, partition, offset: position });
    }
    this.fetch();
  }

  native(): NativeConsumer {
    return nativeConsumer();
  }

  async stop(): Promise<boolean> {
    this.#state = 'left';
    this.#assigned.clear();
    return true;
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (this.#state !== 'joined') throw new Error('the consumer has left its group; the commit was not sent');
    for (const each of offsets) this.group.commit(each);
  }

  classify(): CommitFailure {
    return 'transient';
  }

  pause(at: TopicPartition): void {
    const assigned = this.#assigned.get(nameOf(at));
    if (assigned) assigned.isPaused = true;
  }

  resume(at: TopicPartition): void {
    const assigned = this.#assigned.get(nameOf(at));
    if (!assigned) return;
    assigned.isPaused = false;
    this.fetch();
  }

  /**
   * Fetches new records in a microtask: records that are written in one turn of the event loop come with one fetch.
   */
  fetch(): void {
    if (this.#isFetching) return;
    this.#isFetching = true;
    // Not `queueMicrotask`, which a test runner may replace.
    void Promise.resolve().then(() => this.#fetchAll());
  }

  async #fetchAll(): Promise<void> {
    await this.listener.roomAvailable();
    this.#isFetching = false;
    if (this.#state !== 'joined') return;
    this.listener.heartbeat();
    for (const assigned of this.#assigned.values()) this.#fetchFrom(assigned);
  }

  #fetchFrom(assigned: AssignedPartition): void {
    const { topic, partition, position: from, isPaused } = assigned;
    if (isPaused) return;
    const records = this.topics.recordsFrom({ topic, partition, offset: from }, FETCH_RECORDS);
    const last = records.at(-1);
    if (!last) return;
    const next = offsetAfter(last.offset);
    const reachableOffset = endOf(this.topics.log({ topic, partition }));
    const taken = this.listener.fetched({ topic, partition, from, records, next, reachableOffset });
    if (taken === 'all') assigned.position = next;
    else if (taken) assigned.position = offsetAfter(taken.offset);
    const isMore = compareOffsets(assigned.position, reachableOffset) < 0;
    if (taken === 'all' && isMore) this.fetch();
    else if (isMore) this.schedule(REFETCH_MS, () => this.fetch());
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
