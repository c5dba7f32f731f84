import { Logger } from '@nestjs/common';
import type { KafkaPort, NativeConsumer } from '../../client/index.js';
import type { KafkaConfig } from '../../config/index.js';
import {
  type GroupParts,
  GroupPipeline,
  type InFlightLimiter,
  ShutdownDeadlineError,
} from '../../pipeline/index.js';
import type { OwnTopics } from '../../redelivery/index.js';
import { failureReasonOf } from '../handlers/failures/failure-reason.js';
import type { HandlerRegistry } from '../handlers/registry/handler-registry.js';
import type { RuntimeEnvironment } from './runtime-environment.js';
import { ClientSupervisor } from './client-supervisor.js';
import { CurrentClient } from './current-client.js';
import { GroupCounts } from './group-counts.js';
import { GroupListener } from './group-listener.js';
import { groupLog } from './group-log.js';
import { type GroupSnapshot, groupSnapshot } from './group-snapshot.js';
import { type GroupPhase, type GroupStatus, StatusRecorder } from './group-status.js';
import { MemberLog } from './member-log.js';
import { RetryPurge } from './retry-purge.js';
import { TimeoutWatch } from './timeout-watch.js';
import { TopicLog } from './topic-log.js';
import { TopicWatch } from './topic-watch.js';

/** The dependencies of a group's consumer. */
export interface GroupConsumerParts {
  readonly groupId: string;
  /** The name of the Kafka cluster; undefined for the one without a name. */
  readonly cluster?: string | undefined;
  readonly registry: HandlerRegistry;
  readonly config: KafkaConfig;
  readonly port: KafkaPort;
  readonly ownTopics: Pick<OwnTopics, 'ensure'>;
  readonly limiter: InFlightLimiter;
  readonly environment: RuntimeEnvironment;
  /** The number of assigned partitions has changed. */
  readonly assignmentChanged: () => void;
  readonly phaseChanged: (phase: GroupPhase) => void;
}

/** How long a stop waits for handlers after it has aborted them, in ms. */
const AFTER_ABORT_MS = 1_000;
/** How long a stop then waits for the last commit, in ms. */
const LAST_COMMIT_MS = 1_000;

/** Consumes for one group as long as the service runs. */
export class GroupConsumer {
  readonly pipeline: GroupPipeline;
  readonly failures: GroupCounts;
  readonly #logger: Logger;
  readonly #recorder: StatusRecorder;
  readonly #retryPurge: RetryPurge;
  readonly #client: CurrentClient;
  readonly #supervisor: ClientSupervisor;
  readonly #timeouts: TimeoutWatch;

  constructor(private readonly parts: GroupConsumerParts) {
    const { groupId, cluster, registry, config, limiter, port, assignmentChanged } = parts;
    const { clock } = parts.environment;
    this.#logger = new Logger(`KafkaConsumer ${cluster === undefined ? '' : `${cluster}/`}${groupId}`);
    this.#recorder = new StatusRecorder(groupId, parts.phaseChanged, cluster);
    this.#retryPurge = this.#createRetryPurge();
    this.#client = new CurrentClient(this.#retryPurge);
    this.failures = new GroupCounts((topic, error) =>
      failureReasonOf(error, registry.handlerOf(groupId, topic)),
    );
    this.pipeline = this.#createPipeline();
    this.#timeouts = new TimeoutWatch((blockedMs) => this.pipeline.checkTimeouts(blockedMs), clock);
    const shared = { pipeline: this.pipeline, recorder: this.#recorder, config, logger: this.#logger };
    const listener = new GroupListener({
      ...shared,
      groupId,
      retryPurge: this.#retryPurge,
      limiter,
      members: new MemberLog(this.#logger, groupId),
      assignmentChanged,
      isRetryTopic: (topic) => registry.isRetryTopic(groupId, topic),
      hasHandler: (topic) => this.handles(topic),
      offsetReset: (topic) => this.failures.of(topic).outOfRange++,
    });
    this.#supervisor = new ClientSupervisor({
      ...shared,
      groupId,
      port,
      listener,
      current: this.#client,
      topics: this.#createTopicWatch(),
      clock,
    });
  }

  /** The current status of the group's member. */
  get status(): GroupStatus {
    return this.#recorder.status;
  }

  /** A snapshot of the group's member and its partitions, in plain values. */
  snapshot(): GroupSnapshot {
    return groupSnapshot(this.#recorder.status, this.pipeline);
  }

  /** The client library's consumer; undefined before the first client. */
  get nativeConsumer(): NativeConsumer | undefined {
    return this.#supervisor.native;
  }

  /** Whether the group has a handler for a topic, whether or not it is assigned to this member. */
  handles(topic: string): boolean {
    return this.parts.registry.handlerOf(this.parts.groupId, topic) !== undefined;
  }

  /** The classes and methods that handle a topic's records; undefined if there is none. */
  handlerNameOf(topic: string): string | undefined {
    return this.parts.registry.handlerNameOf(this.parts.groupId, topic);
  }

  /** Starts to consume, and returns at once: no broker needs to be reachable yet. */
  start(): void {
    this.#supervisor.start();
    this.#retryPurge.start();
    const { registry, groupId } = this.parts;
    if (registry.hasTimeouts(groupId)) this.#timeouts.start();
  }

  /**
   * Stops fetching, lets handlers finish, commits what settled and leaves the group.
   * @param deadlineMs how long handlers may take before they are aborted
   * @returns whether all handlers finished in time, and the coordinator confirmed that the member left
   */
  async stop(deadlineMs: number): Promise<boolean> {
    this.#recorder.enter('draining');
    this.pipeline.stopReading();
    const drained = await this.pipeline.drain(deadlineMs);
    if (!drained) {
      this.#logger.error(`handlers did not finish within ${deadlineMs} ms; they are aborted`);
      this.pipeline.abort(new ShutdownDeadlineError(deadlineMs));
      if (!(await this.pipeline.drain(AFTER_ABORT_MS))) await this.pipeline.commitSettled(LAST_COMMIT_MS);
    }
    const hasLeft = await this.#supervisor.stop();
    this.#timeouts.stop();
    this.#retryPurge.stop();
    this.pipeline.loseAll();
    this.#recorder.enter('stopped');
    if (!hasLeft) {
      this.#logger.error(
        `the coordinator did not confirm that this member left the group: other members get its partitions after ` +
          `${this.parts.config.sessionTimeoutMs} ms`,
      );
    }
    return drained && hasLeft;
  }

  #createPipeline(): GroupPipeline {
    const { groupId, registry, config, limiter, environment } = this.parts;
    const { clock, turn, random, observed } = environment;
    const parts: GroupParts = {
      handlerOf: (topic) => registry.handlerOf(groupId, topic),
      fetching: this.#client,
      commits: this.#client,
      commitIntervalMs: config.autoCommitIntervalMs,
      limiter,
      events: this.failures.counting(
        groupLog(this.#logger, (topic) => registry.handlerNameOf(groupId, topic)),
      ),
      clock,
      turn,
      random,
    };
    return new GroupPipeline(observed?.(groupId, parts) ?? parts);
  }

  #createRetryPurge(): RetryPurge {
    const { groupId, registry, port } = this.parts;
    return new RetryPurge({
      groupId,
      isRetryTopic: (topic) => registry.isRetryTopic(groupId, topic),
      deleteCommitted: (...what) => port.deleteCommitted(...what),
      failed: (why) =>
        this.#logger.warn(
          'handled records of retry topics cannot be deleted, and stay there: grant Delete on the topics, or set their ' +
            `retention.ms to their delay and a week or more: ${why}`,
        ),
    });
  }

  #createTopicWatch(): TopicWatch {
    const { groupId, registry, config, port, ownTopics, environment } = this.parts;
    const log = new TopicLog(this.#logger);
    return new TopicWatch({
      groupId,
      registry,
      list: () => this.#listTopics(),
      ensure: (spec) => ownTopics.ensure(spec),
      refreshMs: config.topicRefreshMs,
      clock: environment.clock,
      hidden: (topics) => port.hiddenTopics(topics),
      topicsListed: (selection, hidden, problems) => {
        log.seen(selection, hidden);
        this.#recorder.topicsListed(selection, hidden, problems);
      },
      failed: (why) => this.#logger.warn(`not all topics are read yet: ${why}`),
    });
  }

  async #listTopics(): Promise<string[]> {
    const topics = await this.parts.port.topics();
    const existing = new Set(topics);
    this.pipeline.forgetTopics(existing);
    this.failures.forgetTopics(existing);
    return topics;
  }
}
