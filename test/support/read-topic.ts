import { loadConfig } from '../../src/config/index.js';
import type { FetchedRecord } from '../../src/pipeline/records/fetched.js';
import { KafkaJsPort } from '../../src/client/kafkajs/kafkajs-port.js';
import { headerText } from '../../src/redelivery/record-headers.js';
import { brokers } from './kafka-clients.js';

/** A record in a form that tests can compare. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Headers as text; of several values of one name, the last. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Headers as read. */
  readonly raw: FetchedRecord;
}

/** All current records of a topic, partition by partition; empty if it does not exist. */
export async function readTopic(topic: string, bootstrap = brokers()): Promise<StoredRecord[]> {
  const reader = new KafkaJsPort(
    loadConfig({ KAFKA_BROKERS: bootstrap, KAFKA_GROUP_ID: 'none' }).kafka,
  ).reader();
  const found: StoredRecord[] = [];
  try {
    for (const { partition, start, end } of await reader.bounds(topic)) {
      for await (const raw of reader.read(topic, partition, start, end)) found.push(toStored(partition, raw));
    }
    return found;
  } catch (error) {
    if (error instanceof Error && error.name === 'UnknownTopicError') return [];
    throw error;
  } finally {
    await reader.close();
  }
}

function toStored(partition: number, raw: FetchedRecord): StoredRecord {
  const names = Object.keys(raw.headers ?? {});
  return {
    partition,
    offset: raw.offset,
    key: raw.key === null ? null : Buffer.from(raw.key),
    value: raw.value === null ? null : Buffer.from(raw.value),
    headers: Object.fromEntries(names.map((name) => [name, headerText(raw, name)])),
    raw,
  };
}
