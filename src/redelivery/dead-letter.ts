import {
  compareOffsets,
  type FetchedRecord,
  type RawHeaders,
  toOffset,
  type TopicPartition,
} from '../pipeline/index.js';
import { HEADERS } from './headers.js';
import { headerNumber, headerText, ownHeaders } from './record-headers.js';

/** A record of a dead-letter topic, with what its headers say about the failure. */
export interface DeadLetter {
  /** The dead-letter topic. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own headers, without those of this service. */
  readonly headers: RawHeaders;
  readonly originalTopic: string | undefined;
  readonly originalPartition: number | undefined;
  readonly originalOffset: string | undefined;
  /** The consumer group whose handler failed. */
  readonly group: string | undefined;
  /** The error's class; `unknown` without a header. */
  readonly reason: string;
  readonly message: string | undefined;
  readonly stack: string | undefined;
  readonly attempts: number | undefined;
  /**
   * When it was stored, in ms since the epoch; undefined if neither a header nor the timestamp is a valid time: a
   * timestamp may be any 64-bit number.
   */
  readonly failedAt: number | undefined;
  /** How often it was replayed before. */
  readonly replays: number;
  /** The truncated parts, with their original sizes. */
  readonly cut: readonly CutPart[];
}

/** A part of a record that was truncated because the record was too large. */
export interface CutPart {
  readonly part: 'key' | 'value' | 'headers';
  readonly fromBytes: number;
}

/** A record of a dead-letter topic that says that an earlier record of its partition was replayed. */
export interface ReplayReceipt {
  readonly replayedPartition: number;
  readonly replayedOffset: string;
  /** When the dead letter was stored, in ms since the epoch; undefined if unknown. */
  readonly replayedFailedAt: number | undefined;
  readonly replayedTo: string;
}

/** Reads a record of a dead-letter topic. */
export function toDeadLetter(topic: string, partition: number, record: FetchedRecord): DeadLetter {
  const { offset } = record;
  return {
    topic,
    partition,
    offset,
    key: record.key && Buffer.from(record.key),
    value: record.value && Buffer.from(record.value),
    headers: ownHeaders(record),
    originalTopic: headerText(record, HEADERS.originalTopic),
    originalPartition: headerNumber(record, HEADERS.originalPartition),
    originalOffset: headerText(record, HEADERS.originalOffset),
    group: headerText(record, HEADERS.originalGroup),
    reason: headerText(record, HEADERS.exceptionClass) ?? 'unknown',
    message: headerText(record, HEADERS.exceptionMessage),
    stack: headerText(record, HEADERS.exceptionStacktrace),
    attempts: headerNumber(record, HEADERS.attempts),
    failedAt:
      timeOf(Date.parse(headerText(record, HEADERS.failedAt) ?? '')) ?? timeOf(Number(record.timestamp)),
    replays: headerNumber(record, HEADERS.replays) ?? 0,
    cut: cutPartsOf(record),
  };
}

function cutPartsOf(record: FetchedRecord): CutPart[] {
  const cut = (part: CutPart['part'], name: string): CutPart[] => {
    const fromBytes = headerNumber(record, name);
    return fromBytes === undefined ? [] : [{ part, fromBytes }];
  };
  return [
    ...cut('value', HEADERS.valueCutFrom),
    ...cut('headers', HEADERS.headersCutFrom),
    ...cut('key', HEADERS.keyCutFrom),
  ];
}

/**
 * Reads a receipt; undefined for any other record. A receipt counts only in the partition that it was written to,
 * after its dead letter. Other readers of a dead-letter topic can distinguish receipts from dead letters by the same
 * headers.
 */
export function toReplayReceipt(
  { topic, partition }: TopicPartition,
  record: FetchedRecord,
): ReplayReceipt | undefined {
  const replayedPartition = headerNumber(record, HEADERS.replayedPartition);
  const replayedOffset = headerText(record, HEADERS.replayedOffset);
  // Receipts of earlier versions do not name their topic.
  const replayedTopic = headerText(record, HEADERS.replayedTopic) ?? topic;
  if (record.value !== null || replayedTopic !== topic || replayedPartition !== partition) return undefined;
  if (replayedOffset === undefined || !/^(0|[1-9]\d{0,18})$/.test(replayedOffset)) return undefined;
  if (compareOffsets(toOffset(replayedOffset), record.offset) >= 0) return undefined;
  return {
    replayedPartition,
    replayedOffset,
    replayedFailedAt: headerNumber(record, HEADERS.replayedFailedAt),
    replayedTo: headerText(record, HEADERS.replayedTo) ?? '',
  };
}

/** A time that a Date can hold; a record without a timestamp has -1. */
function timeOf(ms: number): number | undefined {
  return ms >= 0 && !Number.isNaN(new Date(ms).valueOf()) ? ms : undefined;
}
