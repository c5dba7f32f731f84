import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadingCluster } from '../cluster.js';
import { isUnknownTopic, UnknownTopicError } from '../errors.js';

/** Some forty seconds in all: a leader moves within a second or two, a broker's restart takes half a minute. */
export const ATTEMPTS = 25;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/** A cluster that is asked again while a partition's leader moves or its broker is away. */
export class PatientCluster {
  readonly #closing = new AbortController();
  #connected: Promise<void> | undefined;

  constructor(private readonly cluster: ReadingCluster) {}

  /**
   * Asks until there is an answer, knowing the topic's leaders anew each time.
   * @throws UnknownTopicError where there is no such topic; the last error where nobody answers
   */
  async ask<T>(topic: string, question: (cluster: ReadingCluster) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.#closing.signal.throwIfAborted();
      try {
        await this.#connect();
        if (attempt > 1) await this.#refresh();
        await this.#know(topic);
        return await question(this.cluster);
      } catch (error) {
        if (!isRetriable(error) || attempt === ATTEMPTS) throw error;
        await this.wait(attempt);
      }
    }
  }

  /**
   * Asks without patience. Topics that there are not are left out: their partitions have no leader that is known.
   * @param anew whether the leaders are asked for again before
   */
  async askOnce<T>(
    topics: readonly string[],
    anew: boolean,
    question: (cluster: ReadingCluster) => Promise<T>,
  ): Promise<T> {
    this.#closing.signal.throwIfAborted();
    await this.#connect();
    if (anew) await this.#refresh();
    try {
      await this.cluster.addMultipleTargetTopics([...topics]);
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      for (const topic of topics) {
        await this.#know(topic).catch((unknown: unknown) => {
          if (!(unknown instanceof UnknownTopicError)) throw unknown;
        });
      }
    }
    return question(this.cluster);
  }

  /** Waits longer with each attempt; rejects once closed. */
  async wait(attempt: number): Promise<void> {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
    await sleep(waitMs, undefined, { signal: this.#closing.signal });
  }

  /** Disconnects; what is being asked rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connected?.catch(() => undefined);
    await this.cluster.disconnect();
  }

  async #connect(): Promise<void> {
    this.#connected ??= this.cluster.connect();
    try {
      await this.#connected;
    } catch (error) {
      this.#connected = undefined;
      throw error;
    }
  }

  async #refresh(): Promise<void> {
    try {
      await this.cluster.refreshMetadata();
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      // Any one that was read before may be gone: those that are still read are added again.
      this.cluster.targetTopics.clear();
    }
  }

  async #know(topic: string): Promise<void> {
    try {
      await this.cluster.addTargetTopic(topic);
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      if (this.cluster.targetTopics.size === 0) throw new UnknownTopicError(topic);
      this.cluster.targetTopics.clear();
      await this.#know(topic);
    }
  }
}

function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retriable' in error && error.retriable === true;
}
