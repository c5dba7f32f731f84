import { type Compression } from '../../../batch-producer.js';
import { RecordRefusedError, RecordTooLargeError } from '../../../producer-errors.js';
import { protocolErrorType } from '../../errors.js';
import { explainAccess } from '../../explain-access.js';
import type { Batch } from './partition-queue.js';

/** What follows from a leader's error for a batch. */
export type BatchFailure =
  /** It is in the log already. */
  | { readonly kind: 'written' }
  /** The leader has lost the sequence of the partition; the batch is not in its log. */
  | { readonly kind: 'sequence lost' }
  | { readonly kind: 'split' }
  | { readonly kind: 'repack'; readonly compression: Compression }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly error: unknown };

const TOO_LARGE: ReadonlySet<string | undefined> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const SEQUENCE_LOST: ReadonlySet<string | undefined> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);
/** Brokers before 2.1 do not support zstd. */
const UNSUPPORTED_CODEC: ReadonlySet<string | undefined> = new Set([
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** What a record that is too large is compressed with next: `max.message.bytes` limits a batch as it is sent. */
const STRONGER: Readonly<Partial<Record<Compression, Compression>>> = {
  none: 'gzip',
  snappy: 'gzip',
  lz4: 'gzip',
  gzip: 'zstd',
};

/** Decides what follows from a leader's error for a batch of a topic. */
export function failureOf(topic: string, { records, compression }: Batch, error: unknown): BatchFailure {
  const type = protocolErrorType(error);
  if (type === 'DUPLICATE_SEQUENCE_NUMBER') return { kind: 'written' };
  if (SEQUENCE_LOST.has(type)) return { kind: 'sequence lost' };
  const isTooLarge = TOO_LARGE.has(type);
  if ((isTooLarge || type === 'INVALID_RECORD') && records.length > 1) return { kind: 'split' };
  const stronger = STRONGER[compression];
  if (isTooLarge && stronger !== undefined) return { kind: 'repack', compression: stronger };
  const wasRepacked = records.some((record) => record.compression !== compression);
  if (isTooLarge || (wasRepacked && UNSUPPORTED_CODEC.has(type)))
    return { kind: 'refused', error: new RecordTooLargeError(topic, { cause: error }) };
  if (type === 'INVALID_RECORD')
    return { kind: 'refused', error: new RecordRefusedError(topic, { cause: error }) };
  if (isRetriable(error)) return { kind: 'repeat' };
  return { kind: 'refused', error: explainAccess(error, { operations: ['Write'], topics: [topic] }) };
}

function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}
