import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient } from '../cluster.js';
import { isUnknownTopic, UnknownTopicError } from '../errors.js';

/** About forty seconds in all: a leader moves within two seconds, a restart of a broker takes half a minute. */
export const ATTEMPTS = 25;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/** Repeats requests to a cluster while a partition's leader moves or its broker is down. */
export class RetryingCluster {
  readonly #closing = new AbortController();
  #connected: Promise<void> | undefined;

  constructor(private readonly cluster: ClusterClient) {}

  /**
   * Repeats the requests until they succeed, and refreshes the leaders before each repetition.
   * @throws UnknownTopicError if there is no such topic; the last error if no broker answers
   */
  async request<T>(topic: string, send: (cluster: ClusterClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.#closing.signal.throwIfAborted();
      try {
        await this.#connect();
        if (attempt > 1) await this.refresh();
        await this.#addTopic(topic);
        return await send(this.cluster);
      } catch (error) {
        if (!isRetriable(error) || attempt === ATTEMPTS) throw error;
        await this.wait(attempt);
      }
    }
  }

  /** Sends the requests once. Topics that do not exist are left out: their partitions have no known leader. */
  async requestOnce<T>(topics: readonly string[], send: (cluster: ClusterClient) => Promise<T>): Promise<T> {
    this.#closing.signal.throwIfAborted();
    await this.#connect();
    try {
      await this.cluster.addMultipleTargetTopics([...topics]);
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      for (const topic of topics) {
        await this.#addTopic(topic).catch((unknown: unknown) => {
          if (!(unknown instanceof UnknownTopicError)) throw unknown;
        });
      }
    }
    return send(this.cluster);
  }

  /** Waits, longer with each attempt. Rejects when the reader is closed. */
  async wait(attempt: number): Promise<void> {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
    await sleep(waitMs, undefined, { signal: this.#closing.signal });
  }

  /** Disconnects; running requests reject. */
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

  /** Refreshes the leaders of the known topics. */
  async refresh(): Promise<void> {
    this.#closing.signal.throwIfAborted();
    await this.#connect();
    try {
      await this.cluster.refreshMetadata();
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      // One of the topics was deleted; those that are still read are added again.
      this.cluster.targetTopics.clear();
    }
  }

  async #addTopic(topic: string): Promise<void> {
    try {
      await this.cluster.addTargetTopic(topic);
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      if (this.cluster.targetTopics.size === 0) throw new UnknownTopicError(topic);
      this.cluster.targetTopics.clear();
      await this.#addTopic(topic);
    }
  }
}

function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retriable' in error && error.retriable === true;
}
