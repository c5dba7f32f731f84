import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs-pinned';
import type ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import {
  type CommitFailure,
  type Offset,
  offsetAfter,
  toOffset,
  type TopicPartition,
  type TopicPartitionOffset,
  untilAborted,
} from '../../../pipeline/index.js';
import type { ConsumerListener, GroupConsumerClient } from '../../kafka-port.js';
import type { UnreadableBatchError } from '../../protocol/errors.js';
import { rootCause, toError } from '../errors.js';
import { explainAccess } from '../explain-access.js';
import { mayBeMember } from '../patches/group/assigned-member-id.js';
import { fetchOf } from '../patches/group/fetched-records.js';
import { type ConsumerSettings, toKafkaJsConsumerConfig } from '../settings.js';
import { stickyAssigner } from './assigner.js';
import { commitFailureOf, commitRequest } from './commit-request.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';
import { withDrainHeartbeats } from './drain-heartbeat.js';
import { FetchPauses } from './fetch-pauses.js';
import type { GroupHooks } from './group-hooks.js';
import { leaveGroup } from './leave-group.js';
import { MemberHistory } from './member-history.js';
import { membershipOf } from './membership.js';

/** How long a partition waits before a batch that cannot be read is fetched again, in ms. */
const UNREADABLE_RETRY_MS = 10_000;

/** Implements the consumer port with kafkajs. It fetches; its listener makes all decisions. */
export class KafkaJsConsumer implements GroupConsumerClient, GroupHooks {
  readonly crashed: Promise<Error>;
  readonly outdated: Promise<void>;

  readonly #consumer: Consumer;
  readonly #history = new MemberHistory();
  readonly #pauses: FetchPauses;
  /** Set before the first join. */
  #group: ConsumerGroup | undefined;
  /** The offset manager of the generation that the listener knows; kafkajs may already be in the next one. */
  #offsetManager: ConsumerGroup['offsetManager'] | undefined;
  readonly #stopping = new AbortController();
  #topics: readonly string[] = [];
  #hasCrashed = false;
  #reportCrash: (error: Error) => void = () => undefined;
  #reportOutdated: () => void = () => undefined;

  constructor(
    kafka: Kafka,
    private readonly groupId: string,
    private readonly settings: ConsumerSettings,
    private readonly listener: ConsumerListener,
    private readonly formerMemberId?: string,
  ) {
    this.crashed = new Promise((resolve) => (this.#reportCrash = resolve));
    this.outdated = new Promise((resolve) => (this.#reportOutdated = resolve));
    this.#consumer = kafka.consumer({
      ...toKafkaJsConsumerConfig(settings, groupId),
      // The second one permits a rolling update from a service with kafkajs's own assigner.
      partitionAssigners: [stickyAssigner(this), kafkajs.PartitionAssigners.roundRobin],
    });
    this.#pauses = new FetchPauses(this.#consumer, settings.fetchMaxWaitMs);
    const { events } = this.#consumer;
    this.#consumer.on(events.HEARTBEAT, () => this.listener.heartbeat());
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#hasCrashed = true;
      this.#reportCrash(toError(this.#explain(payload.error)));
    });
    // For brokers before 2.3, whose responses kafkajs decodes; all other batches go to `#eachBatch`.
    this.#consumer.on(events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      const { topic, partition, lastOffset } = payload;
      this.listener.skipped({ topic, partition, offset: offsetAfter(toOffset(lastOffset)) });
    });
  }

  async connect(): Promise<void> {
    try {
      await this.#consumer.connect();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async start(topics: readonly string[]): Promise<void> {
    if (this.stopped) return;
    this.#topics = topics;
    try {
      await this.#run(topics);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #run(topics: readonly string[]): Promise<void> {
    const isReadFromBeginning = (topic: string): boolean =>
      this.settings.autoOffsetReset !== 'latest' || this.listener.isRetryTopic(topic);
    for (const fromBeginning of [true, false]) {
      const subscribed = topics.filter((topic) => isReadFromBeginning(topic) === fromBeginning);
      if (subscribed.length > 0) await this.#consumer.subscribe({ topics: subscribed, fromBeginning });
    }
    if (this.stopped) return;
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  native(): Consumer {
    return this.#consumer;
  }

  requiresCommittedOffset(topic: string): boolean {
    return this.settings.autoOffsetReset === 'none' && !this.listener.isRetryTopic(topic);
  }

  /** Once it is stopped, the listener may already be used by the next client. */
  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async stop(): Promise<boolean> {
    this.#stopping.abort();
    this.#pauses.stop();
    const group = this.#group;
    // A crashed client has already tried to leave, and has no connection any more.
    const hasLeft =
      group && !this.#hasCrashed ? await leaveGroup(group, this.#consumer) : !mayBeMember(group);
    await this.#consumer.disconnect();
    return hasLeft;
  }

  /**
   * Commits with one request, in the generation that the listener knows: kafkajs's own `commitOffsets` retries across a
   * rejoin, and would commit for partitions that may belong to another member.
   */
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const group = this.#group;
    if (!group || !this.#offsetManager)
      throw new Error('the consumer has not joined its group; the commit was not sent');
    try {
      await this.#offsetManager.commitOffsets(commitRequest(offsets));
    } catch (error) {
      if (isCoordinatorAway(error)) await findCoordinator(group);
      throw error;
    }
  }

  classify(error: unknown): CommitFailure {
    return commitFailureOf(error);
  }

  pause(partition: TopicPartition): void {
    this.#pauses.pause(partition);
  }

  resume(partition: TopicPartition): void {
    this.#pauses.resume(partition);
  }

  async beforeJoin(group: ConsumerGroup): Promise<void> {
    if (this.stopped) return;
    this.#group = group;
    if (this.#history.isFirst) {
      group.memberId ??= this.formerMemberId ?? null;
      return;
    }
    const { assignment } = this.#history;
    if (!group.memberId) return this.listener.lost(assignment);
    const drained = untilAborted(this.#stopping.signal, this.listener.revoking(assignment));
    const interval = this.settings.heartbeatIntervalMs;
    await withDrainHeartbeats(group, interval, () => this.listener.heartbeat(), drained);
  }

  afterJoin(group: ConsumerGroup): void {
    if (this.stopped) return;
    this.#group = group;
    this.#offsetManager = group.offsetManager;
    this.listener.rebalanceEnded(membershipOf(group, this.#history));
  }

  claim(): ReturnType<GroupHooks['claim']> {
    return { generation: this.#history.generation, assignment: this.#history.assignment };
  }

  positioned(position: TopicPartitionOffset): void {
    if (!this.stopped) this.listener.positionKnown(position);
  }

  outOfRange(position: TopicPartitionOffset): Offset {
    return this.stopped ? position.offset : this.listener.outOfRange(position);
  }

  /** Fetches the partition again after a wait: the limit may have been raised, or the batch deleted. */
  unreadable(error: UnreadableBatchError): void {
    const { topic, partition } = error;
    this.listener.batchUnreadable({ topic, partition }, error.message);
    this.#pauses.interrupt({ topic, partition }, UNREADABLE_RETRY_MS);
  }

  topicGone(): void {
    this.#reportOutdated();
  }

  untilResumed(maxWaitMs: number): Promise<void> {
    return this.#pauses.untilResumed(maxWaitMs);
  }

  readReplicaChanged(): void {
    this.#pauses.wakeUp();
  }

  maxWaitMs(): number {
    return this.#pauses.maxWaitMs();
  }

  /** Hands a batch over and returns at once: the fetch loop and its heartbeats wait for this method. */
  async #eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    await this.listener.roomAvailable();
    const fetch = fetchOf(batch);
    if (fetch?.generation !== this.#history.generation) return;
    // While a leader moves, two brokers may receive a fetch for the same offset: the second batch is dropped.
    const next = this.#offsetManager?.nextOffset(batch.topic, batch.partition);
    if (fetch.from !== next?.toString()) return;
    const last = toOffset(batch.lastOffset());
    const taken = this.listener.fetched({
      topic: batch.topic,
      partition: batch.partition,
      from: fetch.from,
      records: fetch.records,
      next: offsetAfter(last),
      reachableOffset: fetch.reachableOffset,
    });
    if (taken === 'all') resolveOffset(last);
    else if (taken) resolveOffset(taken.offset);
    return heartbeat();
  }

  #explain(error: unknown): unknown {
    return explainAccess(rootCause(error), {
      operations: ['Read'],
      topics: this.#topics,
      groupId: this.groupId,
    });
  }
}
