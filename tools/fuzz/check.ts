import { PackedMessages, unreadableOf } from '../../src/client/kafkajs/packed-messages.js';
import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { type ExpectedRecord, partsOf } from './sound-logs.js';
import { threadCpuMs } from './turns.js';

/** Reading a response has violated a rule. */
export class BrokenRuleError extends Error {
  readonly code = 'BROKEN_RULE';
}

type Messages = FetchResponse['responses'][number]['partitions'][number]['messages'];

/** The expectations for a partition in a response. */
export interface Known {
  readonly partition: number;
  readonly log: Buffer;
  readonly asked: bigint;
  /** Every record that a reader must deliver unchanged; undefined if the records may be changed or missing. */
  readonly expected: readonly ExpectedRecord[] | undefined;
}

/** Maximum number of records of a partition. */
const MAX_RECORDS = 10_000;
/** Size from which the time to create a record is measured. */
const LARGE_BYTES = 100_000;
/** Maximum CPU time of one turn of the event loop for a response of up to 1 MB, in ms. */
export const TURN_MS = 50;

/** @returns the records to handle; undefined if there are none */
export function check(topic: string, known: Known, messages: Messages): PackedMessages | undefined {
  const { partition, log, asked } = known;
  const error = unreadableOf(messages);
  if (error) {
    const isNamed =
      error.topic === topic && error.partition === partition && /^(-?\d+|unknown)$/.test(error.offset);
    demand(
      isNamed && error.message.startsWith(`${topic}[${partition}]: `),
      'the error of an unreadable batch does not name it',
    );
    return undefined;
  }
  const [packed] = messages;
  if (!packed) {
    demand(log.length === 0, 'a log is skipped without an error');
    return undefined;
  }
  demand(packed instanceof PackedMessages && messages.length === 1, 'the result is not one packed message');
  if (!(packed instanceof PackedMessages)) return undefined;
  const end = BigInt(packed.offset);
  demand(end >= asked, `the position decreases: ${end} after ${asked}`);
  demand(end <= lastOffsetIn(log), `the position is ${end}, beyond every batch`);
  demand(packed.records.length <= MAX_RECORDS, `${packed.records.length} records at once`);
  checkRecords(packed, asked, end);
  if (known.expected) checkContent(known.expected, packed, asked, end);
  return packed;
}

function checkRecords({ records }: PackedMessages, asked: bigint, end: bigint): void {
  let before = asked - 1n;
  for (const record of records) {
    const offset = BigInt(record.offset);
    demand(
      offset > before && offset <= end,
      `a record at ${offset}, after ${before}, in batches that end at ${end}`,
    );
    before = offset;
    if ((record.byteLength ?? 0) > LARGE_BYTES) checkMaking(record);
    const { timestamp } = record.toPlain();
    demand(timestamp !== undefined && /^-?\d+$/.test(timestamp), `the timestamp ${timestamp}`);
    demand((record.byteLength ?? -1) >= 0, 'a record without a length');
  }
}

/** All parts of a record are created in one turn of the event loop. Minimum of several runs, to exclude garbage collection. */
function checkMaking(record: PackedMessages['records'][number]): void {
  let least = Infinity;
  for (let left = 5; left > 0 && least > TURN_MS; left--) {
    const began = threadCpuMs();
    record.toPlain();
    least = Math.min(least, threadCpuMs() - began);
  }
  demand(least <= TURN_MS, `a record takes ${Math.round(least)} ms to create`);
}

function checkContent(
  expected: readonly ExpectedRecord[],
  { records }: PackedMessages,
  asked: bigint,
  end: bigint,
): void {
  const wanted = expected.filter(({ offset }) => offset >= asked && offset <= end);
  const got = records.map(({ offset, key, value, headers }) => `${offset} ${partsOf(key, value, headers)}`);
  const want = wanted.map(({ offset, parts }) => `${offset} ${parts}`);
  const at = want.findIndex((each, index) => each !== got[index]);
  demand(
    at < 0 && got.length === want.length,
    `records differ from those that were written, from index ${at}`,
  );
}

/** The last offset of the log according to the headers of its batches. */
function lastOffsetIn(log: Buffer): bigint {
  let last = -1n;
  for (let at = 0; at + 17 <= log.length;) {
    const length = log.readInt32BE(at + 8);
    const delta = log[at + 16] === 2 && log.length >= at + 27 ? BigInt(log.readInt32BE(at + 23)) : 0n;
    const offset = log.readBigInt64BE(at) + delta;
    if (offset > last) last = offset;
    if (length < 0) break;
    at += 12 + length;
  }
  return last;
}

export function demand(isKept: boolean, broken: string): void {
  if (!isKept) throw new BrokenRuleError(broken);
}
