import type { MemoryKafka } from '../client/memory/index.js';
import type { ValueFormat } from '../transport/index.js';
import { toWritten, type WrittenRecord } from './records.js';

/** A record that the application has published. */
export interface PublishedRecord<T> extends WrittenRecord {
  /** Null for a tombstone. */
  readonly value: T | null;
}

/** The records that batch producers have written to a topic, in their order. */
export function readPublished<T>(
  kafka: MemoryKafka,
  topic: string,
  format: ValueFormat,
): PublishedRecord<T>[] {
  return kafka.published
    .filter((at) => at.topic === topic)
    .flatMap((at) => {
      const [record] = kafka.topicLogs.recordsFrom(at, 1);
      // The publisher has checked the value against the topic's type.
      return record ? [toWritten(at, record, format) as PublishedRecord<T>] : [];
    });
}
