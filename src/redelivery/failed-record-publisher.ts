import {
  type Clock,
  type FailedRecord,
  type FetchedRecord,
  type RawHeaders,
  systemClock,
} from '../pipeline/index.js';
import { Logger } from '@nestjs/common';
import {
  type OutgoingRecord,
  type RecordProducer,
  RecordTooLargeError,
  type TopicSpec,
  UnknownPartitionError,
} from '../client/index.js';
import { BoundedMap } from './bounded-map.js';
import { failureHeaders, originalTopicOf } from './failure-headers.js';
import { deadLetterTopicOf } from './topic-names.js';
import { cutForms, type RecordCopy } from './cut-record.js';
import { HEADERS } from './headers.js';
import { deadLetterTopic, retryTopic } from './own-topic-specs.js';
import type { OwnTopics } from './own-topics.js';
import { headerNumber } from './record-headers.js';

/** How many groups and topics are counted; topics come and go for as long as the process runs. */
const MAX_COUNTS = 1_000;

/** Provides the headers with which the next reader of a record continues its trace. */
export interface TraceHeaders {
  headersOf(record: FetchedRecord): RawHeaders;
}

/** The retry topic of a record, and its delay. */
export interface RetryRoute {
  readonly topic: string;
  readonly delayMs: number;
}

/**
 * Writes failed records to the topics that store them. A write resolves only once all in-sync replicas have the record;
 * only then may its offset be committed.
 */
export class FailedRecordPublisher {
  readonly #logger = new Logger('DeadLetters');
  readonly #cut = new BoundedMap<string, number>(MAX_COUNTS);

  constructor(
    private readonly producer: RecordProducer,
    private readonly ownTopics: Pick<OwnTopics, 'write'>,
    /** Provides the headers with which the next reader of a stored record continues its trace. */
    private readonly tracer?: TraceHeaders,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * How many dead letters of a group were truncated since the process started, by the topic that they were read from.
   * Only the latest `MAX_COUNTS` groups and topics are counted.
   */
  cutOf(groupId: string, topic: string): number {
    return this.#cut.get(cutKey(groupId, topic)) ?? 0;
  }

  /**
   * Writes a dead letter. If its topic does not accept all of it, even compressed, a truncated form is stored:
   * otherwise the records behind it could never be handled.
   * @param topic the default one, `<topic>.dlt`, if left out. Only the settings of the default one are corrected
   * @throws if the broker does not accept it
   */
  async deadLetter(failed: FailedRecord, groupId: string, topic?: string): Promise<void> {
    const like = originalTopicOf(failed);
    const ownTopic = deadLetterTopicOf(like);
    const target = topic ?? ownTopic;
    const copy = this.#copyOf(failed, failureHeaders(failed, groupId, this.#now()));
    const spec = deadLetterTopic(like, target, target !== ownTopic);
    try {
      await this.#store(failed, spec, copy);
    } catch (error) {
      if (!(error instanceof RecordTooLargeError)) throw error;
      await this.ownTopics.write(spec, async (partitions) => {
        await this.#writeCut(failed, target, partitions, copy, error);
        const key = cutKey(groupId, failed.at.topic);
        this.#cut.set(key, (this.#cut.get(key) ?? 0) + 1);
      });
    }
  }

  /**
   * Writes a whole record to a retry topic.
   * @throws RecordTooLargeError if the topic does not accept it, even compressed
   * @throws if the broker does not accept it
   */
  async retryLater(failed: FailedRecord, groupId: string, { topic, delayMs }: RetryRoute): Promise<void> {
    const now = this.#now();
    const copy = this.#copyOf(failed, {
      ...failureHeaders(failed, groupId, now),
      [HEADERS.dueAt]: String(now.getTime() + delayMs),
    });
    await this.#store(failed, retryTopic(originalTopicOf(failed), topic, delayMs), copy);
  }

  #now(): Date {
    return new Date(this.clock.now());
  }

  #store(failed: FailedRecord, spec: TopicSpec, copy: RecordCopy): Promise<void> {
    return this.ownTopics.write(spec, (partitions) => this.#write(failed, spec.topic, partitions, copy));
  }

  #copyOf({ record }: FailedRecord, headers: RawHeaders): RecordCopy {
    const { key, value } = record;
    return { key, value, headers: { ...headers, ...this.tracer?.headersOf(record) } };
  }

  /** Uses the same partition number if it exists, so that records of a key stay together and in order. */
  async #write({ at }: FailedRecord, topic: string, partitions: number, copy: RecordCopy): Promise<void> {
    const partition = headerNumber(copy, HEADERS.originalPartition) ?? at.partition;
    const outgoing: OutgoingRecord = { topic, ...copy };
    try {
      await this.producer.send(partition < partitions ? { ...outgoing, partition } : outgoing);
    } catch (error) {
      if (!(error instanceof UnknownPartitionError)) throw error;
      await this.producer.send(outgoing);
    }
  }

  async #writeCut(
    failed: FailedRecord,
    topic: string,
    partitions: number,
    copy: RecordCopy,
    tooLarge: RecordTooLargeError,
  ): Promise<void> {
    const { at, record } = failed;
    let last: unknown = tooLarge;
    for (const form of cutForms(copy)) {
      try {
        await this.#write(failed, topic, partitions, form);
      } catch (error) {
        if (!(error instanceof RecordTooLargeError)) throw error;
        last = error;
        continue;
      }
      this.#logger.error(
        `${at.topic}[${at.partition}] at offset ${record.offset}: only a part of the record is in the dead letter ` +
          `(${partsOf(form)}), as ${topic} does not take records of its size. Raise max.message.bytes of ${topic}`,
      );
      return;
    }
    throw last;
  }
}

function cutKey(groupId: string, topic: string): string {
  return `${groupId}\n${topic}`;
}

/** Describes the parts of a record that are kept, for messages. */
function partsOf({ key, value, headers }: RecordCopy): string {
  const kept = (what: string, name: string, bytes?: number): string[] => {
    const whole = headerNumber({ headers }, name);
    if (whole === undefined) return [];
    return [
      bytes === undefined
        ? `not all of its ${whole} bytes of ${what}`
        : `${bytes} of the ${what}'s ${whole} bytes`,
    ];
  };
  return [
    ...kept('value', HEADERS.valueCutFrom, value?.length ?? 0),
    ...kept('headers', HEADERS.headersCutFrom),
    ...kept('key', HEADERS.keyCutFrom, key?.length ?? 0),
  ].join(', ');
}
