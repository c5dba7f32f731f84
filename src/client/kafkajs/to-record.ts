import type { FetchedMessage } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { type FetchedRecord, toOffset } from '../../pipeline/index.js';

/** @returns a message as a record; undefined if it only moves the position */
export function toRecord({
  isControlRecord,
  offset,
  key,
  value,
  timestamp,
  headers,
}: FetchedMessage): FetchedRecord | undefined {
  if (isControlRecord || timestamp === undefined) return undefined;
  return { offset: toOffset(offset), key: key ?? null, value: value ?? null, timestamp, headers };
}
