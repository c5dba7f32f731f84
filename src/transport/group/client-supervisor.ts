import type { Logger } from '@nestjs/common';
import type { GroupConsumerClient, KafkaPort, NativeConsumer } from '../../client/index.js';
import type { KafkaConfig } from '../../config/index.js';
import {
  backoffMs,
  type Clock,
  describeError,
  type GroupPipeline,
  sleep,
  untilAborted,
} from '../../pipeline/index.js';
import { LineLimit } from '../../text/line-limit.js';
import type { CurrentClient } from './current-client.js';
import type { GroupListener } from './group-listener.js';
import type { StatusRecorder } from './group-status.js';
import type { TopicWatch } from './topic-watch.js';

/** The dependencies of a supervisor. */
export interface ClientSupervisorParts {
  readonly groupId: string;
  readonly port: Pick<KafkaPort, 'consumer'>;
  readonly listener: GroupListener;
  /** Gets each new client. */
  readonly current: CurrentClient;
  readonly pipeline: GroupPipeline;
  readonly recorder: StatusRecorder;
  readonly topics: TopicWatch;
  readonly config: Pick<KafkaConfig, 'topicRefreshMs' | 'fetchMaxWaitMs'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Why a client was ended without a failure. */
type Ending = 'topics gone' | 'more topics' | 'over';

/** How long to wait for the brokers' answers when a client leaves, in addition to `fetchMaxWaitMs`, in ms. */
const LEAVE_MS = 5_000;
const RESTART_BACKOFF = { initialMs: 500, maxMs: 5_000 };

/** Restarts a group's client whenever it ends (broker outage, library error, new topic), until it is stopped. */
export class ClientSupervisor {
  readonly #stopRequested = new AbortController();
  #native: NativeConsumer | undefined;
  /** Whether the coordinator has confirmed that the last client left. */
  #departure: 'confirmed' | 'unconfirmed' = 'confirmed';
  #loop: Promise<void> | undefined;
  /** An outage restarts the client every few seconds, for the same reason. */
  readonly #lines = new LineLimit({ most: 1, windowMs: 60_000 });

  constructor(private readonly parts: ClientSupervisorParts) {}

  /** The consumer of the latest client: handlers may ask for it while the next client connects. */
  get native(): NativeConsumer | undefined {
    return this.#native;
  }

  /** Starts the first client, and returns at once. */
  start(): void {
    this.#loop = this.#superviseUntilStopped();
  }

  /**
   * Ends the client, and starts no new one.
   * @returns whether the coordinator confirmed that the member left
   */
  async stop(): Promise<boolean> {
    this.#stopRequested.abort();
    await this.#loop;
    return this.#departure === 'confirmed';
  }

  async #superviseUntilStopped(): Promise<void> {
    const { signal } = this.#stopRequested;
    const { clock } = this.parts;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = clock.now();
      // A client that joins and crashes at once costs the group a rebalance each time, so the backoff keeps growing.
      const failedAgain = (): number => (clock.now() - startedAt > RESTART_BACKOFF.maxMs ? 1 : failures + 1);
      try {
        // After a deletion some brokers may still list the topic; without a backoff the group would rejoin in a loop.
        failures = (await this.#runClient()) === 'topics gone' ? failedAgain() : 0;
      } catch (error) {
        this.#failed(error);
        failures = failedAgain();
        this.parts.pipeline.loseAll();
      }
      if (failures > 0 && !signal.aborted)
        await sleep(backoffMs(RESTART_BACKOFF, failures, 0.5 + Math.random() / 2), signal, clock);
    }
    this.parts.recorder.ended();
  }

  /** Runs one client until the service stops, a topic is deleted, or a topic is created that the group reads. */
  async #runClient(): Promise<Ending> {
    const { groupId, port, listener, pipeline, recorder, topics: watch, config, logger, clock } = this.parts;
    if (recorder.status.phase !== 'waiting-for-topics') recorder.enter('connecting');
    const client = port.consumer(groupId, listener, recorder.status.memberId);
    this.parts.current.set(client);
    this.#native = client.native();
    const session = new AbortController();
    const over = AbortSignal.any([session.signal, this.#stopRequested.signal]);
    let ending: Ending;
    try {
      const [topics] = (await untilAborted(
        over,
        Promise.all([this.#existingTopics(), client.connect()]),
      )) ?? [[]];
      if (topics.length === 0) {
        await sleep(config.topicRefreshMs, over, clock);
        return 'over';
      }
      await untilAborted(over, client.start(topics));
      const outdated = client.outdated.then(() => 'topics gone' as const);
      const ended = await Promise.race([client.crashed, watch.more(topics, over), outdated]);
      if (ended instanceof Error) throw ended;
      ending = ended;
      if (ending === 'topics gone')
        logger.warn('a topic was deleted; the group continues to read the others');
      if (ending !== 'over') await listener.revoking(recorder.status.assignment);
    } finally {
      session.abort();
      this.#departure = (await this.#leave(client)) ? 'confirmed' : 'unconfirmed';
    }
    if (!this.#stopRequested.signal.aborted) pipeline.loseAll();
    return ending;
  }

  /** Later answers of the topic watch do not count as progress: it uses a connection of its own. */
  async #existingTopics(): Promise<string[]> {
    const existing = await this.parts.topics.existing();
    this.parts.recorder.progressed();
    return existing;
  }

  /**
   * A broker that does not answer must delay neither the stop nor the next client. @returns whether the coordinator
   * confirmed that the member left
   */
  async #leave(client: GroupConsumerClient): Promise<boolean> {
    const waited = new AbortController();
    const limit = sleep(LEAVE_MS + this.parts.config.fetchMaxWaitMs, waited.signal);
    const hasLeft = await Promise.race([client.stop(), limit]).catch((error: unknown) => {
      this.parts.logger.warn(`the client could not leave the group: ${describeError(error)}`);
    });
    waited.abort();
    this.parts.current.set(undefined);
    return hasLeft === true;
  }

  #failed(error: unknown): void {
    if (this.#stopRequested.signal.aborted) return;
    const { recorder, logger } = this.parts;
    recorder.clientFailed(error);
    const why = describeError(error);
    const summarize = (count: number, windowMs: number): void =>
      logger.error(`${why}; the consumer was restarted ${count} more times in ${windowMs / 1_000} s`);
    if (this.#lines.admits(why, summarize)) logger.error(`${why}; the consumer is restarted`);
    else logger.debug(`${why}; the consumer is restarted`);
  }
}
