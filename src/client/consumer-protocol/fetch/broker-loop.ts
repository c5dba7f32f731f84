import type { Clock } from '../../../pipeline/index.js';
import type { Brokers } from '../brokers.js';
import { fetch, type FetchAnswer, type FetchQuestion } from '../messages/fetch.js';
import type { FetchSettings } from './fetch-settings.js';
import type { Reading } from './reading.js';
import type { TopicLeaders } from './topic-leaders.js';

/** What a broker's loop needs of the fetcher. */
export interface BrokerLoopHost {
  /** The readings to be fetched from this broker now, in any order. */
  readyFor(nodeId: number): Reading[];
  /** When the next reading of this broker becomes ready by itself, in ms since the epoch; undefined if none does. */
  nextReadyAt(nodeId: number): number | undefined;
  /** Whether a reading of this broker was paused a moment ago, and is likely to be resumed soon. */
  isPausedBriefly(nodeId: number): boolean;
  /** Compares positions with the leader's log before they are fetched. @returns those that may be fetched now */
  compared(nodeId: number, readings: readonly Reading[]): Promise<readonly Reading[]>;
  answered(nodeId: number, asked: ReadonlyMap<Reading, bigint>, answer: FetchAnswer): Promise<void>;
  /** Reading cannot go on. */
  failed(error: Error): void;
  /** The broker could not be reached, or did not answer. */
  unanswered(nodeId: number, asked: Iterable<Reading>): void;
}

/** While a partition waits for room in the in-flight limits, fetches are kept short, so that it continues soon. */
const PAUSED_MAX_WAIT_MS = 20;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 2_000;

/** Fetches from one broker, one request at a time; the loops of other brokers do not wait for it. */
export class BrokerLoop {
  #isStopped = false;
  #failures = 0;
  /** Whether the broker did not answer: then only the end of the wait, or a stop, ends it. */
  #isBackingOff = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly nodeId: number,
    private readonly brokers: Brokers,
    private readonly leaders: TopicLeaders,
    private readonly settings: FetchSettings,
    private readonly host: BrokerLoopHost,
    private readonly clock: Clock,
  ) {}

  /** Fetches until `stop`. Never rejects. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      const ready = this.host.readyFor(this.nodeId);
      if (ready.length === 0) await this.#idle(this.host.nextReadyAt(this.nodeId));
      else await this.#fetchFrom(ready);
    }
  }

  /** A reading may have become ready. */
  wake(): void {
    if (!this.#isBackingOff) this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async #fetchFrom(ready: readonly Reading[]): Promise<void> {
    try {
      const readings = await this.host.compared(this.nodeId, ready);
      const asked = new Map(
        readings.toSorted((a, b) => a.turn - b.turn).map((each) => [each, each.position?.offset ?? 0n]),
      );
      if (asked.size === 0 || this.#isStopped) return;
      const answer = await this.brokers.send(this.nodeId, fetch, this.#questionFor(asked));
      this.#failures = 0;
      if (!this.#isStopped) await this.host.answered(this.nodeId, asked, answer);
    } catch (error) {
      // The answer is none of this protocol: the same request would be answered in the same way.
      if (error instanceof RangeError) this.host.failed(error);
      this.#failures++;
      this.host.unanswered(this.nodeId, ready);
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
      this.#isBackingOff = true;
      if (!this.#isStopped) await this.#idle(this.clock.now() + waitMs);
      this.#isBackingOff = false;
    }
  }

  #questionFor(asked: ReadonlyMap<Reading, bigint>): FetchQuestion {
    const { maxWaitMs, maxBytes, maxBytesPerPartition, isolationLevel, rackId } = this.settings;
    const now = this.clock.now();
    const topics: { topicId: string; partitions: FetchQuestion['topics'][number]['partitions'][number][] }[] =
      [];
    for (const [reading, fetchOffset] of asked) {
      const { topicId, partition } = reading;
      const currentLeaderEpoch = this.leaders.leaderOf(reading)?.leaderEpoch ?? -1;
      const wanted = { partition, currentLeaderEpoch, fetchOffset, maxBytes: maxBytesPerPartition };
      const last = topics.at(-1);
      // In the order of the turns: a topic may occur twice.
      if (last?.topicId === topicId) last.partitions.push(wanted);
      else topics.push({ topicId, partitions: [wanted] });
    }
    return {
      maxWaitMs: this.host.isPausedBriefly(this.nodeId) ? Math.min(PAUSED_MAX_WAIT_MS, maxWaitMs) : maxWaitMs,
      minBytes: 1,
      maxBytes,
      isolationLevel,
      // A leader that is told the rack names the follower that has just failed again, and sends no records.
      rackId: [...asked.keys()].some(({ leaderOnlyUntil }) => leaderOnlyUntil > now) ? '' : rackId,
      topics,
    };
  }

  /** Waits until `wake`, or until a time in ms since the epoch. */
  async #idle(until: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const waitMs = until === undefined ? undefined : Math.max(0, until - this.clock.now());
      const cancel = waitMs === undefined ? undefined : this.clock.schedule(waitMs, resolve);
      this.#wake = () => {
        cancel?.();
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
