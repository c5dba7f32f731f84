import type { ReplayRecord } from './replay-record.js';
import { parseWithInexactAsText } from '../../transport/index.js';
import { displayText } from '../display-text.js';

/** How a transform changed a record. */
export interface TransformSample {
  readonly position: string;
  /** Bytes; null for a tombstone. */
  readonly bytesBefore: number | null;
  readonly bytesAfter: number | null;
  readonly keyChanged: boolean;
  readonly headersChanged: readonly string[];
  /** JSON paths at which the values differ; undefined if a value is not JSON. */
  readonly pathsChanged: readonly string[] | undefined;
  /** The values themselves, on request. */
  readonly before?: string | null;
  readonly after?: string | null;
}

/** Compares a record before and after a transform; undefined if nothing changed. Contains values only with `payload`. */
export function toSample(
  position: string,
  before: ReplayRecord,
  after: ReplayRecord,
  payload: boolean,
): TransformSample | undefined {
  const keyChanged = !isSame(before.key, after.key);
  const headersChanged = changedNames(before.headers, after.headers);
  if (!keyChanged && headersChanged.length === 0 && isSame(before.value, after.value)) return undefined;
  return {
    position,
    bytesBefore: before.value?.length ?? null,
    bytesAfter: after.value?.length ?? null,
    keyChanged,
    headersChanged,
    pathsChanged: changedPathsOf(before.value, after.value),
    ...(payload ? { before: displayText(before.value), after: displayText(after.value) } : {}),
  };
}

/** The paths at which two JSON values differ, with `+` for added, `-` for removed and `~` for changed. */
export function changedPaths(before: unknown, after: unknown, path = '$'): string[] {
  if (Object.is(before, after)) return [];
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return [`~ ${path}`];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const at = Array.isArray(before) ? `${path}[${name}]` : `${path}.${name}`;
    if (!Object.hasOwn(before, name)) return [`+ ${at}`];
    if (!Object.hasOwn(after, name)) return [`- ${at}`];
    return changedPaths(Reflect.get(before, name), Reflect.get(after, name), at);
  });
}

function changedPathsOf(before: Buffer | null, after: Buffer | null): string[] | undefined {
  if (before === null || after === null) return undefined;
  try {
    return changedPaths(
      parseWithInexactAsText(before.toString('utf8')),
      parseWithInexactAsText(after.toString('utf8')),
    );
  } catch {
    return undefined;
  }
}

function changedNames(before: ReplayRecord['headers'], after: ReplayRecord['headers']): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => comparableText(before[name]) !== comparableText(after[name]));
}

function comparableText(value: ReplayRecord['headers'][string]): string {
  const list = Array.isArray(value) ? value : [value];
  return JSON.stringify(list.map((each: unknown) => toText(each)));
}

function toText(value: unknown): string | null {
  if (typeof value === 'string') return displayText(Buffer.from(value));
  return value instanceof Uint8Array ? displayText(value) : null;
}

function isSame(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
