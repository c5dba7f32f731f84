import { CallTimes } from '../pipeline/index.js';
import type { OutgoingRecord } from '../client/index.js';

/** Why records are not published, as a label of metrics. */
export const PUBLISH_FAILURES = [
  'value',
  'transaction',
  'unknown-topic',
  'too-large',
  'refused',
  'denied',
  'timeout',
  'error',
] as const;

/** One of {@link PUBLISH_FAILURES}. */
export type PublishFailure = (typeof PUBLISH_FAILURES)[number];

const BY_CODE: Readonly<Record<string, PublishFailure | undefined>> = {
  PUBLISHED_VALUE: 'value',
  PUBLISH_IN_TRANSACTION: 'transaction',
  UNKNOWN_TOPIC: 'unknown-topic',
  UNKNOWN_PARTITION: 'unknown-topic',
  RECORD_TOO_LARGE: 'too-large',
  RECORD_REFUSED: 'refused',
  TOPIC_NOT_AUTHORIZED: 'denied',
  CLUSTER_NOT_AUTHORIZED: 'denied',
  DELIVERY_TIMEOUT: 'timeout',
};

/** Counts of the records that the application has published to a topic. */
export class PublishedCounts {
  /** Acknowledged records. */
  records = 0;
  /** The size of their keys and values. */
  bytes = 0;
  /** Time from the call to the acknowledgement. */
  readonly times = new CallTimes();
  readonly failures: Record<PublishFailure, number> = {
    value: 0,
    transaction: 0,
    'unknown-topic': 0,
    'too-large': 0,
    refused: 0,
    denied: 0,
    timeout: 0,
    error: 0,
  };

  published({ key, value }: OutgoingRecord, ms: number): void {
    this.records++;
    this.bytes += sizeOf(key) + sizeOf(value);
    this.times.add(ms);
  }

  failed(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    this.failures[BY_CODE[code] ?? 'error']++;
  }
}

/** The counts of all topics that the application has published to. */
export class PublishedByTopic extends Map<string, PublishedCounts> {
  /** The topic's counts; all zero at first. */
  of(topic: string): PublishedCounts {
    const counts = this.get(topic) ?? new PublishedCounts();
    this.set(topic, counts);
    return counts;
  }
}

function sizeOf(bytes: Uint8Array | string | null | undefined): number {
  return bytes === null || bytes === undefined ? 0 : Buffer.byteLength(bytes);
}
