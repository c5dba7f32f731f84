import { Logger } from '@nestjs/common';
import type { FailedRecord } from '../core/pipeline/handler.js';
import type { RawHeaders } from '../core/records/fetched.js';
import type { CallTracer } from '../kafka/call-tracer.js';
import type { KafkaPort, OutgoingRecord, RecordProducer, TopicSpec } from '../kafka/consumer-port.js';
import { RecordTooLargeError, UnknownPartitionError } from '../kafka/producer-errors.js';
import { failureHeaders, headerNumber, originalTopicOf } from './aside-headers.js';
import { deadLetterTopicOf } from './aside-topics.js';
import { HEADERS } from './headers.js';

/** Dead letters stay until somebody purges them: a night's retention must not lose what nobody has looked at. */
const DEAD_LETTER_CONFIG = { 'retention.ms': '-1' };
/** What is kept, in bytes, of a value that is too large for the dead-letter topic; the last resort is none. */
const TRUNCATED_TO = [64 * 1024, 0];

/** Where a record is put aside. */
export interface RetryRoute {
  readonly topic: string;
  readonly delayMs: number;
}

/**
 * Writes records that their handlers gave up to the topics they are kept in. Every write has resolved only once
 * all in-sync replicas have it: the record's offset may be committed then, and not before.
 */
export class AsideWriter {
  readonly #logger = new Logger('DeadLetters');
  /** Topics that were seen to exist, with their number of partitions. */
  readonly #topics = new Map<string, Promise<number>>();

  constructor(
    private readonly producer: RecordProducer,
    private readonly port: Pick<KafkaPort, 'ensureTopic'>,
    /** Whoever reads a record that was put aside goes on with its trace. */
    private readonly tracer?: Pick<CallTracer, 'headersOf'>,
  ) {}

  /**
   * Writes a dead letter.
   * @param topic of the handler's choice, or else its own name with `.dlt`
   * @throws where the broker does not take it
   */
  async deadLetter(failed: FailedRecord, groupId: string, topic?: string): Promise<void> {
    const like = originalTopicOf(failed);
    const target = topic ?? deadLetterTopicOf(like);
    const headers = failureHeaders(failed, groupId, new Date());
    const spec = { topic: target, like, config: DEAD_LETTER_CONFIG };
    await this.#within(spec, async (partitions) => {
      try {
        await this.#write(failed, target, partitions, headers);
      } catch (error) {
        if (!(error instanceof RecordTooLargeError)) throw error;
        await this.#writeTruncated(failed, target, partitions, headers, error);
      }
    });
  }

  /**
   * Writes a record to a retry topic.
   * @throws where the broker does not take it
   */
  async retryLater(failed: FailedRecord, groupId: string, { topic, delayMs }: RetryRoute): Promise<void> {
    const now = new Date();
    const headers = {
      ...failureHeaders(failed, groupId, now),
      [HEADERS.dueAt]: String(now.getTime() + delayMs),
    };
    await this.#within({ topic, like: originalTopicOf(failed), grow: true }, (partitions) =>
      this.#write(failed, topic, partitions, headers),
    );
  }

  /** Does something with a topic that exists; after a failure it is made sure of again. */
  async #within(spec: TopicSpec, work: (partitions: number) => Promise<void>): Promise<void> {
    const ensured = this.#topics.get(spec.topic) ?? this.port.ensureTopic(spec);
    this.#topics.set(spec.topic, ensured);
    try {
      await work(await ensured);
    } catch (error) {
      this.#topics.delete(spec.topic);
      throw error;
    }
  }

  /** To the same partition, where there is one: what has one key stays together, and in order. */
  async #write(
    { at, record }: FailedRecord,
    topic: string,
    partitions: number,
    headers: RawHeaders,
    value: Uint8Array | null = record.value,
  ): Promise<void> {
    const partition = headerNumber({ headers }, HEADERS.originalPartition) ?? at.partition;
    const carried = this.tracer?.headersOf(record);
    const outgoing: OutgoingRecord = { topic, key: record.key, value, headers: { ...headers, ...carried } };
    try {
      await this.producer.send(partition < partitions ? { ...outgoing, partition } : outgoing);
    } catch (error) {
      if (!(error instanceof UnknownPartitionError)) throw error;
      await this.producer.send(outgoing);
    }
  }

  async #writeTruncated(
    failed: FailedRecord,
    topic: string,
    partitions: number,
    headers: RawHeaders,
    tooLarge: RecordTooLargeError,
  ): Promise<void> {
    const { at, record } = failed;
    const bytes = record.value?.byteLength ?? 0;
    let error: unknown = tooLarge;
    for (const kept of TRUNCATED_TO) {
      const marked = { ...headers, [HEADERS.truncated]: String(bytes) };
      try {
        await this.#write(failed, topic, partitions, marked, record.value?.subarray(0, kept) ?? null);
        this.#logger.error(
          `${at.topic}[${at.partition}] at offset ${record.offset}: ${topic} does not take records of its size; ` +
            `only ${Math.min(kept, bytes)} of the value's ${bytes} bytes are in the dead letter. Raise max.message.bytes of ${topic}`,
        );
        return;
      } catch (next) {
        if (!(next instanceof RecordTooLargeError)) throw next;
        error = next;
      }
    }
    throw error;
  }
}
