import type { ClusterClient } from '../../cluster.js';
import { isUnknownTopic, protocolErrorType, UnknownTopicError } from '../../errors.js';
import { explainAccess } from '../../explain-access.js';
import type { PartitionQueue } from './partition-queue.js';
import type { ProducerIdentity } from './producer-identity.js';
import { LeaderLookup } from './topic-leaders.js';
import { TopicQueues } from './topic-queues.js';

/** How long brokers may not know a topic that was created just now. */
const UNKNOWN_TOPIC_MS = 600;
const UNKNOWN_TOPIC_WAIT_MS = 50;
const LOOKUP_WAIT_MS = 250;
/** Errors of a lookup that another lookup does not change. */
const NO_ACCESS: ReadonlySet<string | undefined> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
]);

/** When topics are looked up, and what is told about it. */
export interface LookupSettings {
  /** How often partitions that were added to a topic are looked for. */
  readonly topicRefreshMs: number;
  /** A clock in ms. */
  readonly now: () => number;
  /** Called with the time until there is something to do. */
  readonly wakeUp: (waitMs: number) => void;
}

/** The topics that a producer has written to, and the leaders of their partitions. */
export class ProducedTopics {
  readonly #topics = new Map<string, TopicQueues>();
  readonly #lookup: LeaderLookup;

  constructor(
    cluster: ClusterClient,
    private readonly settings: LookupSettings,
    private readonly identityLost: (identity: ProducerIdentity) => void,
  ) {
    this.#lookup = new LeaderLookup(cluster);
  }

  get all(): Iterable<TopicQueues> {
    return this.#topics.values();
  }

  of(name: string): TopicQueues {
    const topic = this.#topics.get(name) ?? new TopicQueues(name, this.identityLost);
    this.#topics.set(name, topic);
    return topic;
  }

  /** Looks up leaders where they are needed, and not known or not valid any more. */
  lookUpStale(): void {
    const now = this.settings.now();
    for (const topic of this.all)
      if (topic.staleAt <= now && !topic.isLoading && !topic.isEmpty) void this.#lookUp(topic);
  }

  /** @returns the leaders of partitions with a batch that can be sent now */
  leadersWithWork(): Set<string> {
    const now = this.settings.now();
    const leaders = new Set<string>();
    for (const topic of this.all) {
      for (const queue of topic.queues) {
        if (!queue.isReady(now)) continue;
        const leader = topic.leaderOf(queue.partition);
        if (leader !== undefined) leaders.add(leader);
        else if (!topic.isLoading) this.#lookUpIn(topic, LOOKUP_WAIT_MS);
      }
    }
    return leaders;
  }

  /** The partitions of a leader with a batch that can be sent now. */
  *readyQueues(leader: string): Generator<readonly [queue: PartitionQueue, topic: TopicQueues]> {
    const now = this.settings.now();
    for (const topic of this.all) {
      for (const queue of topic.queues)
        if (topic.leaderOf(queue.partition) === leader && queue.isReady(now)) yield [queue, topic];
    }
  }

  async #lookUp(topic: TopicQueues): Promise<void> {
    topic.isLoading = true;
    try {
      topic.useLeaders(await this.#lookup.leadersOf(topic.name));
      topic.staleAt = this.settings.now() + this.settings.topicRefreshMs;
      this.settings.wakeUp(0);
    } catch (error) {
      this.#notFound(topic, error);
    } finally {
      topic.isLoading = false;
    }
  }

  #notFound(topic: TopicQueues, error: unknown): void {
    const now = this.settings.now();
    topic.lastError = error;
    if (isUnknownTopic(error)) {
      topic.unknownSince ??= now;
      if (now - topic.unknownSince > UNKNOWN_TOPIC_MS) {
        topic.unknownSince = undefined;
        topic.rejectAll(new UnknownTopicError(topic.name));
      }
      return this.#lookUpIn(topic, UNKNOWN_TOPIC_WAIT_MS);
    }
    if (NO_ACCESS.has(protocolErrorType(error)))
      topic.rejectAll(explainAccess(error, { operations: ['Write'], topics: [topic.name] }));
    this.#lookUpIn(topic, LOOKUP_WAIT_MS);
  }

  #lookUpIn(topic: TopicQueues, waitMs: number): void {
    topic.staleAt = Math.min(topic.staleAt, this.settings.now() + waitMs);
    this.settings.wakeUp(waitMs);
  }
}
