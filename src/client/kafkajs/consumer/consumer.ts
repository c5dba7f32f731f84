import kafkajs, { type Consumer, type EachBatchPayload, type Kafka } from 'kafkajs';
import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import {
  type CommitFailure,
  type Offset,
  offsetAfter,
  toOffset,
  type TopicPartition,
  type TopicPartitionOffset,
  unless,
} from '../../../pipeline/index.js';
import type { ConsumerListener, GroupConsumerClient } from '../../kafka-port.js';
import { type ConsumerSettings, toKafkaJsConsumerConfig } from '../settings.js';
import { findCoordinator, isCoordinatorAway } from './coordinator.js';
import { protocolErrorType, rootCause } from '../errors.js';
import { explainAccess } from '../explain-access.js';
import { fetchOf } from '../patches/group/fetched-records.js';
import type { GroupHooks } from './group-hooks.js';
import { leaveGroup } from './leave-group.js';
import { stickyAssigner } from './assigner.js';
import { Membership } from './membership.js';
import type { UnreadableBatchError } from '../../protocol/errors.js';

const REJOIN = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
]);

/** While a partition waits for room in its budget, fetches are kept short, so that it goes on soon. */
const PAUSED_MAX_WAIT_MS = 20;

/** How long a partition with a batch that can't be read waits until it is asked for again. */
const UNREADABLE_RETRY_MS = 10_000;

/** A kafkajs consumer behind the port. It fetches, and leaves every decision to its listener. */
export class KafkaJsConsumer implements GroupConsumerClient, GroupHooks {
  readonly crashed: Promise<Error>;
  readonly outdated: Promise<void>;

  readonly #consumer: Consumer;
  readonly #membership = new Membership();
  readonly #pausedAt = new Map<string, number>();
  readonly #wakeUps = new Set<() => void>();
  readonly #retries = new Set<NodeJS.Timeout>();
  /** Since it was to be joined for the first time. */
  #group: ConsumerGroup | undefined;
  /** That of the generation that the listener knows of: kafkajs may be a step ahead. */
  #offsetManager: ConsumerGroup['offsetManager'] | undefined;
  readonly #stopping = new AbortController();
  #topics: readonly string[] = [];
  #hasCrashed = false;
  #tellCrashed: (error: Error) => void = () => undefined;
  #tellOutdated: () => void = () => undefined;

  constructor(
    kafka: Kafka,
    private readonly groupId: string,
    private readonly settings: ConsumerSettings,
    private readonly listener: ConsumerListener,
    private readonly formerMemberId?: string,
  ) {
    this.crashed = new Promise((resolve) => (this.#tellCrashed = resolve));
    this.outdated = new Promise((resolve) => (this.#tellOutdated = resolve));
    this.#consumer = kafka.consumer({
      ...toKafkaJsConsumerConfig(settings, groupId),
      // The second is for a rollout from a service that has kafkajs deal the partitions out.
      partitionAssigners: [stickyAssigner(this), kafkajs.PartitionAssigners.roundRobin],
    });
    const { events } = this.#consumer;
    this.#consumer.on(events.HEARTBEAT, () => this.listener.heartbeat());
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#hasCrashed = true;
      this.#tellCrashed(toError(this.#explain(payload.error)));
    });
    // Of brokers before 2.3, whose fetches kafkajs reads by itself; all others go the way of `#eachBatch`.
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

  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async stop(): Promise<boolean> {
    this.#stopping.abort();
    for (const retry of this.#retries) clearTimeout(retry);
    this.#wakeUp();
    const group = this.#group;
    // A client that crashed has left, as far as it could, and has no connection any more.
    const hasLeft = group && !this.#hasCrashed ? await leaveGroup(group, this.#consumer) : !group?.memberId;
    await this.#consumer.disconnect();
    return hasLeft;
  }

  /**
   * Once, and in the name of the generation that the listener knows of. kafkajs's own `commitOffsets` tries again
   * across a rejoin, and then commits in the name of the new generation what may be another member's by now.
   */
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (!this.#offsetManager)
      throw new Error('the consumer has not joined its group; the commit was not sent');
    const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: offsets
        .filter((each) => each.topic === topic)
        .map(({ partition, offset }) => ({ partition, offset })),
    }));
    try {
      await this.#offsetManager.commitOffsets({ topics });
    } catch (error) {
      if (this.#group && isCoordinatorAway(error)) await findCoordinator(this.#group);
      throw error;
    }
  }

  classify(error: unknown): CommitFailure {
    return REJOIN.has(protocolErrorType(error) ?? '') ? 'rejoin' : 'transient';
  }

  pause({ topic, partition }: TopicPartition): void {
    this.#pausedAt.set(`${topic}/${partition}`, Date.now());
    this.#fetchOrNot('pause', { topic, partition });
  }

  resume({ topic, partition }: TopicPartition): void {
    if (!this.#pausedAt.delete(`${topic}/${partition}`)) return;
    this.#fetchOrNot('resume', { topic, partition });
    this.#wakeUp();
  }

  async beforeJoin(group: ConsumerGroup): Promise<void> {
    const { memberId } = group;
    this.#group = group;
    if (this.#membership.isFirst) {
      group.memberId ??= this.formerMemberId ?? null;
      return;
    }
    if (!memberId) return unless(this.#stopping.signal, this.listener.rebalanceStarted(false));
    const beat = setInterval(() => void this.#keepAlive(group), this.settings.heartbeatIntervalMs);
    try {
      await unless(this.#stopping.signal, this.listener.rebalanceStarted(true));
    } finally {
      clearInterval(beat);
    }
  }

  afterJoin(group: ConsumerGroup): void {
    // Its listener may listen to the next client by now.
    if (this.stopped) return;
    this.#offsetManager = group.offsetManager;
    const assignment = group.subscriptionState
      .assigned()
      .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
    const { memberId, generationId: generation } = group;
    const continuous = this.#membership.renew(memberId ?? '', generation, assignment);
    this.listener.rebalanceEnded({ memberId: memberId ?? '', generation, assignment, continuous });
  }

  claim(): ReturnType<GroupHooks['claim']> {
    return { generation: this.#membership.generation, assignment: this.#membership.assignment };
  }

  positioned(position: TopicPartitionOffset): void {
    if (!this.stopped) this.listener.positionKnown(position);
  }

  outOfRange(position: TopicPartitionOffset): Offset {
    return this.stopped ? position.offset : this.listener.outOfRange(position);
  }

  /** Its partition waits, and is looked at again now and then: the limit may have been raised, or the log cleared. */
  unreadable(error: UnreadableBatchError): void {
    const { topic, partition } = error;
    this.listener.batchUnreadable({ topic, partition }, error.message);
    this.#fetchOrNot('pause', { topic, partition });
    const retry = setTimeout(() => {
      this.#retries.delete(retry);
      // Its budget, or an operator, may hold it by now.
      if (this.#pausedAt.has(`${topic}/${partition}`)) return;
      this.#fetchOrNot('resume', { topic, partition });
      this.#wakeUp();
    }, UNREADABLE_RETRY_MS);
    this.#retries.add(retry);
  }

  topicGone(): void {
    this.#tellOutdated();
  }

  untilResumed(maxWaitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakeUps.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, maxWaitMs);
      this.#wakeUps.add(wake);
    });
  }

  maxWaitMs(): number {
    const { fetchMaxWaitMs } = this.settings;
    const now = Date.now();
    for (const since of this.#pausedAt.values()) {
      if (now - since < fetchMaxWaitMs) return Math.min(PAUSED_MAX_WAIT_MS, fetchMaxWaitMs);
    }
    return fetchMaxWaitMs;
  }

  /** Hands over and returns at once: the fetch loop, and with it every heartbeat, waits for it. */
  async #eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    await this.listener.roomAvailable();
    const fetch = fetchOf(batch);
    if (fetch?.generation !== this.#membership.generation) return;
    // While a leader moves, two brokers may be asked for the same: what comes second is not handed on.
    const next = this.#offsetManager?.nextOffset(batch.topic, batch.partition);
    if (fetch.from !== next?.toString()) return;
    const last = toOffset(batch.lastOffset());
    const taken = this.listener.fetched({
      topic: batch.topic,
      partition: batch.partition,
      from: fetch.from,
      records: fetch.records,
      next: offsetAfter(last),
      highWatermark: toOffset(batch.highWatermark),
    });
    if (taken === 'all') resolveOffset(last);
    else if (taken) resolveOffset(taken.offset);
    return heartbeat();
  }

  /** Keeps the member in its group while it drains; the answer "rebalance in progress" is why it drains. */
  async #keepAlive(group: ConsumerGroup): Promise<void> {
    const { groupId, memberId, generationId: groupGenerationId } = group;
    if (!memberId) return;
    try {
      await group.coordinator.heartbeat({ groupId, memberId, groupGenerationId });
    } catch (error) {
      if (isCoordinatorAway(error)) await findCoordinator(group);
      if (protocolErrorType(error) !== 'REBALANCE_IN_PROGRESS') return;
    }
    this.listener.heartbeat();
  }

  #explain(error: unknown): unknown {
    return explainAccess(rootCause(error), {
      operations: ['Read'],
      topics: this.#topics,
      groupId: this.groupId,
    });
  }

  /** kafkajs has no group before it joins and after its end, and throws then; nothing is fetched either. */
  #fetchOrNot(what: 'pause' | 'resume', { topic, partition }: TopicPartition): void {
    try {
      this.#consumer[what]([{ topic, partitions: [partition] }]);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSNonRetriableError') throw error;
    }
  }

  #wakeUp(): void {
    for (const wake of this.#wakeUps) wake();
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
