import { describeError } from '../../../../pipeline/index.js';
import type { BatchProducer, BatchRecord, WrittenPosition } from '../../../batch-producer.js';
import { DeliveryTimeoutError, ProducerClosedError } from '../../../producer-errors.js';
import type { ClusterClient } from '../../cluster.js';
import { rootCause } from '../../errors.js';
import { explainAccess } from '../../explain-access.js';
import { type LeaderRequestParts, sendToLeader } from './leader-request.js';
import { ProducedTopics } from './produced-topics.js';
import { ProducerIdentities } from './producer-identity.js';
import { QueuedRecord } from './queued-record.js';
import type { TopicQueues } from './topic-queues.js';

/** The settings of a batch producer. */
export interface BatchProducerSettings {
  /** How long a record may wait for its acknowledgement. */
  readonly deliveryTimeoutMs: number;
  /** How long a leader may wait for its replicas. */
  readonly requestTimeoutMs: number;
  /** How often partitions that were added to a topic are looked for. */
  readonly topicRefreshMs: number;
  /** A clock in ms. */
  readonly now: () => number;
}

/** How often it is checked whether records have waited too long, or can be sent. */
const CHECK_MS = 250;

/**
 * Writes batches with kafkajs's connections and encoding, but with requests and sequence numbers of its own. kafkajs's
 * producer loses acknowledged records: with `idempotent`, since it counts the sequences of a failed request back while
 * others run; without it, since it takes an earlier answer of a leader for the answer about a partition that has moved
 * there meanwhile.
 *
 * Each leader has one request at a time, which takes all that waits for it. So a batch grows with the load, and records
 * stay in order.
 */
export class KafkaJsBatchProducer implements BatchProducer {
  readonly #topics: ProducedTopics;
  readonly #parts: LeaderRequestParts;
  readonly #busyLeaders = new Set<string>();
  readonly #flushes = new Set<() => void>();
  #unsettled = 0;
  #isScheduled = false;
  #isClosed = false;
  #check: NodeJS.Timeout | undefined;

  constructor(
    private readonly cluster: ClusterClient,
    private readonly settings: BatchProducerSettings,
  ) {
    const { topicRefreshMs, requestTimeoutMs, now } = settings;
    const identities = new ProducerIdentities();
    const wakeUp = (waitMs: number): void => {
      // A timer may fire up to a millisecond early.
      if (waitMs > 0) setTimeout(() => this.#schedule(), waitMs + 1);
      else this.#schedule();
    };
    this.#topics = new ProducedTopics(cluster, { topicRefreshMs, now, wakeUp }, (lost) =>
      identities.discard(lost),
    );
    this.#parts = { cluster, topics: this.#topics, identities, requestTimeoutMs, now, wakeUp };
  }

  send(record: BatchRecord): Promise<WrittenPosition> {
    const { topic } = record;
    if (this.#isClosed) return Promise.reject(new ProducerClosedError(topic));
    return new Promise((resolve, reject) => {
      const deadline = this.settings.now() + this.settings.deliveryTimeoutMs;
      const settling =
        <T>(settle: (outcome: T) => void) =>
        (outcome: T): void => {
          settle(outcome);
          this.#settled();
        };
      this.#topics.of(topic).add(new QueuedRecord(record, deadline, settling(resolve), settling(reject)));
      this.#unsettled++;
      this.#check ??= setInterval(() => this.#expire(), CHECK_MS);
      this.#schedule();
    });
  }

  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#unsettled === 0) return true;
    return new Promise((resolve) => {
      const end = (isFlushed: boolean): void => {
        clearTimeout(timer);
        this.#flushes.delete(flushed);
        resolve(isFlushed);
      };
      const flushed = (): void => end(true);
      const timer = setTimeout(() => end(false), timeoutMs);
      this.#flushes.add(flushed);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#rejectWaiting();
    // Running requests reject when their connection closes.
    await this.cluster.disconnect();
  }

  /** Sends at the end of this turn of the event loop, so that the records of one turn share a request. */
  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    setImmediate(() => this.#sendWaiting());
  }

  #sendWaiting(): void {
    this.#isScheduled = false;
    if (this.#isClosed) return;
    this.#topics.lookUpStale();
    for (const leader of this.#topics.leadersWithWork())
      if (!this.#busyLeaders.has(leader)) void this.#sendTo(leader);
  }

  async #sendTo(leader: string): Promise<void> {
    this.#busyLeaders.add(leader);
    await sendToLeader(leader, this.#parts);
    this.#busyLeaders.delete(leader);
    if (this.#isClosed) this.#rejectWaiting();
    else this.#schedule();
  }

  #settled(): void {
    this.#unsettled--;
    if (this.#unsettled > 0) return;
    clearInterval(this.#check);
    this.#check = undefined;
    for (const flushed of this.#flushes) flushed();
  }

  #expire(): void {
    const now = this.settings.now();
    for (const topic of this.#topics.all) topic.expire(now, () => this.#timeoutOf(topic));
    this.#schedule();
  }

  #timeoutOf({ name, lastError }: TopicQueues): Error {
    const cause = explainAccess(lastError, { operations: ['Write'], topics: [name] });
    const why = lastError === undefined ? undefined : describeError(rootCause(cause));
    return new DeliveryTimeoutError(name, this.settings.deliveryTimeoutMs, why, { cause });
  }

  #rejectWaiting(): void {
    for (const topic of this.#topics.all) topic.rejectAll(new ProducerClosedError(topic.name));
  }
}
