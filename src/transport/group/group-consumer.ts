import { Logger } from '@nestjs/common';
import type { KafkaConfig } from '../../config/index.js';
import type { OwnTopics } from '../../redelivery/index.js';
import {
  AccessError,
  type ConsumerListener,
  type GroupConsumerClient,
  type KafkaPort,
  type Membership,
  type NativeConsumer,
} from '../../client/index.js';
import {
  backoffMs,
  type CommitFailure,
  describeError,
  eventLoopTurn,
  type FetchedBatch,
  type FetchedRecord,
  GroupPipeline,
  type InFlightLimiter,
  type Offset,
  ShutdownDeadlineError,
  sleep,
  systemClock,
  type TopicPartition,
  type TopicPartitionOffset,
  unless,
} from '../../pipeline/index.js';
import { failureReasonOf } from '../handlers/failures/failure-reason.js';
import { GroupCounts } from './group-counts.js';
import type { GroupPhase, GroupStatus } from './group-status.js';
import { groupLog } from './group-log.js';
import type { HandlerRegistry, TopicSelection } from '../handlers/registry/handler-registry.js';
import { TimeoutWatch } from './timeout-watch.js';
import { TopicLog } from './topic-log.js';
import { RetryPurge } from './retry-purge.js';
import { TopicWatch } from './topic-watch.js';

/** What a group's consumer is built from. */
export interface GroupConsumerParts {
  readonly groupId: string;
  readonly registry: HandlerRegistry;
  readonly config: KafkaConfig;
  readonly port: KafkaPort;
  readonly ownTopics: Pick<OwnTopics, 'ensure'>;
  readonly limiter: InFlightLimiter;
  /** The number of assigned partitions has changed. */
  readonly assignmentChanged: () => void;
  readonly phaseChanged: (phase: GroupPhase) => void;
}

/** How long a stop waits for handlers after it has aborted them. */
const AFTER_ABORT_MS = 1_000;
/** How long it then waits for the last commit. */
const LAST_COMMIT_MS = 1_000;
/**
 * How long a fetched batch may wait for the in-flight limits before only a part of it is taken. Fast handlers free
 * enough within that time; fetching and decoding the rest again would cost more.
 */
const ROOM_MS = 20;
/** How long to wait for the brokers' answers when a client leaves, in addition to `fetchMaxWaitMs`. */
const LEAVE_MS = 5_000;
const REBUILD_BACKOFF = { initialMs: 500, maxMs: 5_000 };

/**
 * Consumes for one group as long as the service runs. When a client ends (broker outage, library error, new topic), it
 * is replaced by a new one.
 */
export class GroupConsumer implements ConsumerListener {
  readonly pipeline: GroupPipeline;
  readonly failures: GroupCounts;
  readonly #logger: Logger;
  readonly #status: GroupStatus;
  readonly #topicLog: TopicLog;
  readonly #topics: TopicWatch;
  readonly #stopRequested = new AbortController();
  #client: GroupConsumerClient | undefined;
  /** The consumer of the latest client: handlers may ask for it while the next client connects. */
  #native: NativeConsumer | undefined;
  #readDenied = false;
  /** Whether the last client has left the group. */
  #hasLeft = true;
  #loop: Promise<void> | undefined;
  readonly #retryPurge: RetryPurge;
  readonly #timeouts = new TimeoutWatch(
    (blockedMs) => this.pipeline.checkTimeouts(blockedMs),
    () => systemClock.now(),
  );

  constructor(private readonly parts: GroupConsumerParts) {
    const { groupId, registry, config, limiter } = parts;
    this.#logger = new Logger(`KafkaConsumer ${groupId}`);
    this.#status = {
      groupId,
      phase: 'connecting',
      everJoined: false,
      memberId: undefined,
      generation: undefined,
      assignment: [],
      missingTopics: [],
      hiddenTopics: [],
      retryTopicProblems: [],
      accessProblem: undefined,
      unreadableBatches: new Map(),
      lastHeartbeatAt: 0,
      lastProgressAt: Date.now(),
      restarts: 0,
      joins: 0,
      lastError: undefined,
      ended: false,
    };
    this.#topicLog = new TopicLog(this.#logger);
    this.#topics = new TopicWatch({
      groupId,
      registry,
      list: () => this.#listTopics(),
      ensure: (spec) => parts.ownTopics.ensure(spec),
      refreshMs: config.topicRefreshMs,
      hidden: (topics) => parts.port.hiddenTopics(topics),
      topicsListed: (selection, hidden, refusals) => this.#topicsListed(selection, hidden, refusals),
      failed: (why) => this.#logger.warn(`not all topics are read yet: ${why}`),
    });
    this.#retryPurge = new RetryPurge({
      groupId,
      isRetryTopic: (topic) => this.isRetryTopic(topic),
      deleteCommitted: (...what) => parts.port.deleteCommitted(...what),
      failed: (why) =>
        this.#logger.warn(
          'what was handled in retry topics can not be deleted, and stays there: grant Delete on them, or set their ' +
            `retention.ms to their delay and a week or more: ${why}`,
        ),
    });
    const handlerOf = (topic: string) => registry.handlerOf(groupId, topic);
    this.failures = new GroupCounts((topic, error) => failureReasonOf(error, handlerOf(topic)));
    this.pipeline = new GroupPipeline({
      handlerOf,
      fetching: {
        pause: (partition) => this.#client?.pause(partition),
        resume: (partition) => this.#client?.resume(partition),
      },
      commits: {
        commit: (offsets) => this.#commit(offsets),
        classify: (error) => this.#classify(error),
      },
      commitIntervalMs: config.autoCommitIntervalMs,
      limiter,
      events: this.failures.counting(
        groupLog(this.#logger, (topic) => registry.handlerNameOf(groupId, topic)),
      ),
      clock: systemClock,
      turn: eventLoopTurn,
      random: Math.random,
    });
  }

  get status(): GroupStatus {
    return this.#status;
  }

  get nativeConsumer(): NativeConsumer | undefined {
    return this.#native;
  }

  /** Whether the group has a handler for a topic, be it assigned to this member or not. */
  handles(topic: string): boolean {
    return this.parts.registry.handlerOf(this.parts.groupId, topic) !== undefined;
  }

  /** Starts to consume, and returns at once: no broker needs to be there yet. */
  start(): void {
    this.#loop = this.#consumeUntilStopped();
    this.#retryPurge.start();
    const { registry, groupId } = this.parts;
    if (registry.hasTimeouts(groupId)) this.#timeouts.start();
  }

  /**
   * Stops fetching, lets handlers finish, commits what settled and leaves the group.
   * @param deadlineMs how long handlers may take; then they are aborted
   * @returns whether all handlers finished in time, and the group was told that the member left
   */
  async stop(deadlineMs: number): Promise<boolean> {
    this.#setPhase('draining');
    this.pipeline.stopReading();
    const drained = await this.pipeline.drain(deadlineMs);
    if (!drained) {
      this.#logger.error(`handlers did not finish within ${deadlineMs} ms; they are aborted`);
      this.pipeline.abort(new ShutdownDeadlineError(deadlineMs));
      if (!(await this.pipeline.drain(AFTER_ABORT_MS))) await this.pipeline.commitSettled(LAST_COMMIT_MS);
    }
    this.#stopRequested.abort();
    await this.#loop;
    this.#timeouts.stop();
    this.#retryPurge.stop();
    this.pipeline.loseAll();
    this.#setPhase('stopped');
    if (!this.#hasLeft) this.#logger.error(this.#leaveFailure());
    return drained && this.#hasLeft;
  }

  async rebalanceStarted(isMember: boolean): Promise<void> {
    this.#setPhase('rebalancing');
    if (!isMember) {
      this.#logger.warn('the group has shut this member out; its partitions may belong to others');
      this.pipeline.loseAll();
      return;
    }
    const drained = await this.pipeline.drain(this.parts.config.rebalanceTimeoutMs / 2);
    if (!drained) this.#logger.warn('not everything in flight could be finished before the rebalance');
  }

  rebalanceEnded({ memberId, generation, assignment, continuous }: Membership): void {
    this.#status.joins++;
    // Partitions that were not owned throughout may have had another owner, and their logs may have been replaced.
    const kept = new Set(continuous ? assignment.map(nameOf) : []);
    this.#retryPurge.forget((at) => !kept.has(nameOf(at)));
    this.#status.unreadableBatches.clear();
    Object.assign(this.#status, { memberId, generation, assignment, lastHeartbeatAt: Date.now() });
    this.pipeline.assign(assignment, continuous, generation);
    this.parts.assignmentChanged();
    this.#noteProgress();
    const named = assignment.map(nameOf).join(', ') || 'none';
    this.#logger.log(
      `joined as ${memberId}, generation ${generation}, with ${assignment.length} partitions: ${named}`,
    );
    if (assignment.length === 0) this.#markRunning();
  }

  positionKnown(position: TopicPartitionOffset): void {
    this.pipeline.start(position);
    this.#markRunning();
  }

  isRetryTopic(topic: string): boolean {
    return this.parts.registry.isRetryTopic(this.parts.groupId, topic);
  }

  outOfRange(position: TopicPartitionOffset): Offset {
    const { topic, partition } = position;
    const from = this.pipeline.outOfRange(position);
    this.#retryPurge.forget((at) => nameOf(at) === nameOf(position));
    this.failures.of(topic).outOfRange++;
    this.#logger.error(
      `${topic}[${partition}]: the log does not have the offset to read from; goes on at ${from}, ${this.#resetReason(from, position)}`,
    );
    this.#markRunning();
    return from;
  }

  #resetReason(from: Offset, { topic, offset }: TopicPartitionOffset): string {
    if (this.isRetryTopic(topic))
      return (
        'the oldest record that is left. Records that waited here for their retry were deleted before they were handled, ' +
        'by a retention, a purge, or as the topic was created anew: they are lost. Set retention.ms=-1 for the topic'
      );
    return from === offset
      ? `as KAFKA_AUTO_OFFSET_RESET=${this.parts.config.autoOffsetReset} says`
      : `what is there was not handled; KAFKA_AUTO_OFFSET_RESET says ${offset}`;
  }

  roomAvailable(): Promise<void> | undefined {
    const { limiter } = this.parts;
    if (limiter.hasRoom) return undefined;
    return limiter.untilRoom(AbortSignal.timeout(ROOM_MS));
  }

  fetched(batch: FetchedBatch): FetchedRecord | 'all' | undefined {
    this.#noteProgress();
    this.#status.accessProblem = undefined;
    this.#clearUnreadable(batch);
    return this.pipeline.receive(batch);
  }

  skipped(position: TopicPartitionOffset): void {
    this.#clearUnreadable(position);
    this.pipeline.skip(position);
  }

  batchUnreadable({ topic, partition }: TopicPartition, why: string): void {
    const { unreadableBatches: unreadable } = this.#status;
    const name = nameOf({ topic, partition });
    if (unreadable.get(name) !== why) this.#logger.error(why);
    unreadable.set(name, why);
  }

  heartbeat(): void {
    this.#status.lastHeartbeatAt = Date.now();
    this.#status.accessProblem = undefined;
    this.#noteProgress();
  }

  #noteProgress(): void {
    this.#status.lastProgressAt = Date.now();
  }

  #clearUnreadable({ topic, partition }: TopicPartition): void {
    if (this.#status.unreadableBatches.size > 0)
      this.#status.unreadableBatches.delete(`${topic}[${partition}]`);
  }

  #markRunning(): void {
    this.#status.everJoined = true;
    if (!this.#readDenied) this.#status.accessProblem = undefined;
    this.#status.lastError = undefined;
    this.#setPhase('running');
  }

  #leaveFailure(): string {
    const { sessionTimeoutMs } = this.parts.config;
    return `the group could not be told that this member leaves: others get its partitions after ${sessionTimeoutMs} ms`;
  }

  /** Draining and stopped are final. */
  #setPhase(phase: GroupPhase): void {
    if (this.#status.phase === 'stopped') return;
    if (this.#status.phase === 'draining' && phase !== 'stopped') return;
    if (this.#status.phase === phase) return;
    this.#status.phase = phase;
    this.parts.phaseChanged(phase);
  }

  async #consumeUntilStopped(): Promise<void> {
    const { signal } = this.#stopRequested;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = Date.now();
      // A client that joins and crashes at once costs the group a rebalance each time, so the backoff keeps growing.
      const failedAgain = (): number => (Date.now() - startedAt > REBUILD_BACKOFF.maxMs ? 1 : failures + 1);
      try {
        // After a deletion some brokers may still list the topic; without a backoff the group would rejoin in a loop.
        failures = (await this.#consume()) === 'topics gone' ? failedAgain() : 0;
      } catch (error) {
        this.#clientFailed(error);
        failures = failedAgain();
        this.pipeline.loseAll();
      }
      if (failures > 0 && !signal.aborted)
        await sleep(backoffMs(REBUILD_BACKOFF, failures, 0.5 + Math.random() / 2), signal);
    }
    this.#status.ended = true;
  }

  /** Consumes until the service stops, a topic is gone, or topics appear that the group does not read yet. */
  async #consume(): Promise<'topics gone' | 'more topics' | 'over'> {
    if (this.#status.phase !== 'waiting-for-topics') this.#setPhase('connecting');
    const client = this.parts.port.consumer(this.parts.groupId, this, this.#status.memberId);
    this.#client = client;
    this.#native = client.native();
    const session = new AbortController();
    const over = AbortSignal.any([session.signal, this.#stopRequested.signal]);
    let outcome: 'topics gone' | 'more topics' | 'over';
    try {
      const [topics] = (await unless(over, Promise.all([this.#existingTopics(), client.connect()]))) ?? [[]];
      if (topics.length === 0) {
        await sleep(this.parts.config.topicRefreshMs, over);
        return 'over';
      }
      await unless(over, client.start(topics));
      const outdated = client.outdated.then(() => 'topics gone' as const);
      const ended = await Promise.race([client.crashed, this.#topics.more(topics, over), outdated]);
      if (ended instanceof Error) throw ended;
      outcome = ended;
      if (outcome === 'topics gone')
        this.#logger.warn('a topic was deleted; the others are read on without it');
      if (outcome !== 'over') await this.rebalanceStarted(true);
    } finally {
      session.abort();
      this.#hasLeft = await this.#leave(client);
    }
    if (!this.#stopRequested.signal.aborted) this.pipeline.loseAll();
    return outcome;
  }

  /** Later answers of the topic watch do not count as progress: it uses a connection of its own. */
  async #existingTopics(): Promise<string[]> {
    const existing = await this.#topics.existing();
    this.#noteProgress();
    return existing;
  }

  /**
   * A broker that does not answer must delay neither the stop nor the next client.
   * @returns whether the group was told that the member left
   */
  async #leave(client: GroupConsumerClient): Promise<boolean> {
    const waited = new AbortController();
    const limit = sleep(LEAVE_MS + this.parts.config.fetchMaxWaitMs, waited.signal);
    const hasLeft = await Promise.race([client.stop(), limit]).catch((error: unknown) => {
      this.#logger.warn(`while leaving: ${describeError(error)}`);
    });
    waited.abort();
    this.#client = undefined;
    return hasLeft === true;
  }

  async #listTopics(): Promise<string[]> {
    const topics = await this.parts.port.topics();
    const existing = new Set(topics);
    this.pipeline.forgetTopics(existing);
    this.failures.forgetTopics(existing);
    return topics;
  }

  #topicsListed(selection: TopicSelection, hidden: readonly string[], refusals: readonly string[]): void {
    const { existing, missing } = selection;
    this.#status.retryTopicProblems = refusals;
    this.#status.hiddenTopics = hidden;
    this.#topicLog.seen(selection, hidden);
    this.#status.missingTopics = missing;
    if (existing.length === 0) this.#setPhase('waiting-for-topics');
  }

  #clientFailed(error: unknown): void {
    if (this.#stopRequested.signal.aborted) return;
    this.#status.restarts++;
    this.#status.lastError = { at: Date.now(), message: describeError(error) };
    if (error instanceof AccessError) this.#accessDenied(error);
    this.#setPhase('connecting');
    this.#logger.error(`${describeError(error)}; a new consumer is built`);
  }

  /** A missing permission to read a topic shows only after the join, at the first fetch. */
  #accessDenied({ code, message, isDenied }: AccessError): void {
    // A new client was denied just now, as that of a new process would be: liveness stays up.
    this.#noteProgress();
    if (!isDenied) return;
    this.#readDenied = code === 'TOPIC_NOT_AUTHORIZED';
    this.#status.accessProblem = message;
  }

  async #commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (!this.#client) throw new Error('the consumer is not connected');
    await this.#client.commit(offsets);
    this.#retryPurge.committed(offsets);
  }

  #classify(error: unknown): CommitFailure {
    return this.#client?.classify(error) ?? 'transient';
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}[${partition}]`;
}
