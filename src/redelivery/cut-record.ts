import type { RawHeaders } from '../pipeline/index.js';
import { HEADERS } from './headers.js';
import { ownHeaders } from './record-headers.js';

/** The parts of a record that are stored elsewhere. */
export interface RecordCopy {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** The record's own headers, and those that describe the failure. */
  readonly headers: RawHeaders;
}

/** Maximum sizes in bytes. */
interface Limits {
  readonly value: number;
  /** Total of the record's own headers; a header that does not fit is omitted. */
  readonly headers: number;
  readonly key: number;
}

/** From the largest form to the smallest. */
const LIMITS: readonly Limits[] = [
  { value: 64 * 1024, headers: Infinity, key: Infinity },
  { value: 64 * 1024, headers: 16 * 1024, key: Infinity },
  { value: 64 * 1024, headers: 16 * 1024, key: 1024 },
  { value: 0, headers: 0, key: 256 },
];
/** Headers that the smallest form omits. */
const DISPENSABLE: ReadonlySet<string> = new Set([HEADERS.exceptionMessage, HEADERS.exceptionStacktrace]);
const LEFT_OUT_CHARACTERS = 1024;

/**
 * Forms of decreasing size of a record that is too large to be stored: first the value is truncated, then headers are
 * omitted, then the key is truncated. Headers name the truncated parts and their original sizes.
 */
export function* cutForms(copy: RecordCopy): Generator<RecordCopy> {
  let last = copy;
  for (const limits of LIMITS) {
    const form = cutTo(limits, copy);
    if (sizeOf(form) >= sizeOf(last)) continue;
    last = form;
    yield form;
  }
  yield { ...last, headers: without(DISPENSABLE, last.headers) };
}

function cutTo(limits: Limits, { key, value, headers }: RecordCopy): RecordCopy {
  const kept = headersWithin(limits.headers, headers);
  return {
    key: key && key.subarray(0, limits.key),
    value: value && value.subarray(0, limits.value),
    headers: {
      ...kept,
      ...(value && value.length > limits.value && { [HEADERS.valueCutFrom]: String(value.length) }),
      ...(key && key.length > limits.key && { [HEADERS.keyCutFrom]: String(key.length) }),
    },
  };
}

/** The headers that describe the failure, and as many of the record's own as fit. */
function headersWithin(limit: number, headers: RawHeaders): RawHeaders {
  const leftOut: [name: string, bytes: number][] = [];
  let used = 0;
  let all = 0;
  for (const [name, value] of Object.entries(ownHeaders({ headers }))) {
    const bytes = Buffer.byteLength(name) + bytesOf(value);
    all += bytes;
    if (used + bytes <= limit) used += bytes;
    else leftOut.push([name, bytesOf(value)]);
  }
  if (leftOut.length === 0) return headers;
  const named = leftOut.map(([name, bytes]) => `${name} (${bytes} bytes)`).join(', ');
  return {
    ...without(new Set(leftOut.map(([name]) => name)), headers),
    [HEADERS.headersCutFrom]: String(all),
    [HEADERS.headersLeftOut]: named.slice(0, LEFT_OUT_CHARACTERS),
  };
}

function without(names: ReadonlySet<string>, headers: RawHeaders): RawHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name)));
}

function bytesOf(value: RawHeaders[string]): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : value.reduce((sum, each) => sum + bytesOf(each), 0);
}

function sizeOf({ key, value, headers }: RecordCopy): number {
  const named = Object.entries(headers).map(([name, each]) => Buffer.byteLength(name) + bytesOf(each));
  return named.reduce((sum, bytes) => sum + bytes, (key?.length ?? 0) + (value?.length ?? 0));
}
