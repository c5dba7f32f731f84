import type { MemoryKafka } from '../client/memory/index.js';
import { compareOffsets, type FetchedRecord, toOffset, type TopicPartition } from '../pipeline/index.js';
import {
  headerNumber,
  HEADERS,
  headerText,
  isParkingTopic,
  isRetryTopic,
  type ParkedKey,
  parkingTopicOf,
  readParkedKeys,
  readParkedRecords,
  requestRelease,
} from '../redelivery/index.js';
import {
  keyNameFor,
  type StoredFailure,
  toFailure,
  toStoredFailure,
  toWritten,
  type WrittenRecord,
} from './records.js';

/** A record that waits in a retry topic. */
export interface WaitingRetry extends StoredFailure {
  /** When it is handled again, in ms of the test's time from now. */
  readonly dueInMs: number;
}

interface StoredRecord {
  readonly at: TopicPartition;
  readonly record: FetchedRecord;
}

/** Reads the topics of a test. */
export class StoredRecords {
  constructor(
    private readonly kafka: MemoryKafka,
    private readonly now: () => number,
  ) {}

  /** The records of a topic; none if there is no such topic. */
  of(topic: string): WrittenRecord[] {
    return this.#all(topic).map(({ at, record }) => toWritten(at, record));
  }

  /** The dead letters of a topic's records, from all dead-letter topics. */
  deadLetters(source: string): StoredFailure[] {
    const topics = this.kafka.topicLogs.names.filter((name) => !isRetryTopic(name) && !isParkingTopic(name));
    return topics
      .flatMap((topic) => this.#failuresOf(source, topic))
      .map(({ at, record }) => toStoredFailure(at, record));
  }

  /** The records of a topic that wait in retry topics. */
  retries(source: string): WaitingRetry[] {
    const topics = this.kafka.topicLogs.names.filter(isRetryTopic);
    const stored = topics.flatMap((topic) => this.#failuresOf(source, topic));
    return stored
      .filter((each) => !this.#isCommitted(each))
      .map(({ at, record }) => {
        const dueAt = headerNumber(record, HEADERS.dueAt) ?? this.now();
        return { ...toStoredFailure(at, record), dueInMs: Math.max(0, dueAt - this.now()) };
      });
  }

  /** The parked records of a topic in these groups. */
  async parked(source: string, groupIds: readonly string[]): Promise<StoredFailure[]> {
    const keys = await this.#parkedKeys(source, groupIds);
    const letters = await Promise.all(keys.map((key) => readParkedRecords(this.kafka.topicLogs, key)));
    return letters.flat().map(toFailure);
  }

  /** Requests the release of a parked key; without a key, of all. */
  async release(source: string, groupIds: readonly string[], key?: unknown): Promise<void> {
    const name = keyNameFor(key);
    const keys = await this.#parkedKeys(source, groupIds);
    await requestRelease(
      this.kafka.producer(),
      name === undefined ? keys : keys.filter((each) => each.key === name),
    );
  }

  /** Whether a release was requested and has not ended. */
  async isReleasing(source: string, groupIds: readonly string[]): Promise<boolean> {
    return (await this.#parkedKeys(source, groupIds)).some(({ releasing }) => releasing);
  }

  async #parkedKeys(source: string, groupIds: readonly string[]): Promise<ParkedKey[]> {
    const topics = groupIds.map((groupId) => parkingTopicOf(source, groupId));
    const existing = topics.filter((topic) => this.kafka.topicLogs.has(topic));
    return (await Promise.all(existing.map((topic) => readParkedKeys(this.kafka.topicLogs, topic)))).flat();
  }

  /** The records of a topic that failed in another. */
  #failuresOf(source: string, topic: string): StoredRecord[] {
    if (topic === source) return [];
    return this.#all(topic).filter(({ record }) => headerText(record, HEADERS.originalTopic) === source);
  }

  #isCommitted({ at, record }: StoredRecord): boolean {
    const groupId = headerText(record, HEADERS.originalGroup) ?? '';
    const committed = this.kafka.group(groupId).committed(at);
    return committed !== undefined && compareOffsets(record.offset, committed) < 0;
  }

  #all(topic: string): StoredRecord[] {
    const partitions = Array.from({ length: this.kafka.topicLogs.partitionsOf(topic) }, (_, at) => at);
    return partitions.flatMap((partition) => {
      const at = { topic, partition };
      return this.kafka.topicLogs
        .recordsFrom({ ...at, offset: toOffset(0) })
        .map((record) => ({ at, record }));
    });
  }
}
