import { loadConfig } from '../../../src/config/index.js';
import type { FetchedRecord } from '../../../src/pipeline/records/fetched.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { HEADERS } from '../../../src/redelivery/headers.js';
import { brokers, createTopic, uniqueName, endOffsets, waitFor } from '../../support/kafka.js';
import { GROUP } from './cli-process.js';

/** A topic and its dead-letter topic. */
export interface Topics {
  readonly topic: string;
  readonly dlt: string;
}

/** The parts of a dead letter that matter to a test; the others get default values. */
export interface LetterSettings {
  readonly topic: string;
  readonly value: string | Buffer | null;
  readonly key?: string | Buffer | null;
  readonly partition?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly failedAt?: Date;
  readonly replays?: number;
  readonly offset?: number;
  readonly group?: string;
}

/** A record read back, with its partition. */
export type ReadRecord = FetchedRecord & { readonly partition: number };

/** Creates a topic and its dead-letter topic. */
export async function createTopics(prefix: string, partitions = 1): Promise<Topics> {
  const topic = await createTopic(uniqueName(prefix), { partitions });
  return { topic, dlt: await createTopic(`${topic}.dlt`, { partitions }) };
}

/** The headers that the runtime gives to a dead letter. */
export function letterHeaders(settings: Omit<LetterSettings, 'value'>): Record<string, string> {
  const { topic, partition = 0, offset = 0, reason = 'TypeError', message = 'it failed', replays } = settings;
  return {
    [HEADERS.originalTopic]: topic,
    [HEADERS.originalPartition]: String(partition),
    [HEADERS.originalOffset]: String(offset),
    [HEADERS.originalTimestamp]: '1700000000000',
    [HEADERS.originalGroup]: settings.group ?? GROUP,
    [HEADERS.exceptionClass]: reason,
    [HEADERS.exceptionMessage]: message,
    [HEADERS.exceptionStacktrace]: `${reason}: ${message}\n    at handle (payments.ts:1:1)`,
    [HEADERS.attempts]: '5',
    [HEADERS.firstFailedAt]: (settings.failedAt ?? new Date()).toISOString(),
    [HEADERS.failedAt]: (settings.failedAt ?? new Date()).toISOString(),
    ...(replays === undefined ? {} : { [HEADERS.replays]: String(replays) }),
  };
}

/** A record for a dead-letter topic. */
export function letter(settings: LetterSettings) {
  const { value, key = 'k', partition = 0 } = settings;
  return { key, value, partition, headers: letterHeaders(settings) };
}

/**
 * All records that a reader of committed records receives from a topic. A transaction is committed once its
 * coordinator says so, and visible a moment later, once the leaders of the partitions know it.
 */
export async function committed(topic: string): Promise<ReadRecord[]> {
  const reader = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: brokers() }).kafka).reader();
  const records: ReadRecord[] = [];
  const allIsSeen = async (): Promise<boolean> => {
    const ends = await endOffsets(topic);
    return (await reader.bounds(topic)).every(
      ({ partition, end }) => BigInt(end) >= (ends.get(partition) ?? 0n),
    );
  };
  try {
    await waitFor(allIsSeen, { what: 'the end of all transactions', timeoutMs: 60_000 });
    for (const { partition, start, end } of await reader.bounds(topic)) {
      for await (const record of reader.read(topic, partition, start, end))
        records.push({ ...record, partition });
    }
  } finally {
    await reader.close();
  }
  return records;
}

/** The values of the readable records of a topic. */
export async function committedValues(topic: string): Promise<(string | null)[]> {
  return (await committed(topic)).map(({ value }) => value && Buffer.from(value).toString());
}
