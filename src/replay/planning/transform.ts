import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { callerFolder } from '../../config/index.js';
import type { RawHeaders } from '../../pipeline/index.js';
import { inexactNumbers } from '../../transport/index.js';
import type { DeadLetter } from '../../redelivery/index.js';
import { DlqError, UsageError } from '../errors.js';
import type { ReplayRecord } from './replay-record.js';

export type { DeadLetter, ReplayRecord };

/** What a transform may return; missing parts stay unchanged. */
export interface TransformedRecord {
  readonly key?: Uint8Array | string | null;
  readonly value?: Uint8Array | string | null;
  readonly headers?: RawHeaders;
}

/**
 * Changes a record before it is replayed; parts that it does not return stay unchanged. Null skips the record. It may be
 * called more than once for a record: in a dry run, and again after an interruption.
 *
 * @example
 * // fix.ts, for `dlq replay orders --transform fix.ts`
 * import type { Transform } from './src/replay/planning/transform.js';
 *
 * const fix: Transform = ({ value }) => {
 *   const order = JSON.parse(String(value));
 *   return order.test ? null : { value: JSON.stringify({ ...order, currency: 'EUR' }) };
 * };
 * export default fix;
 */
export type Transform = (
  record: ReplayRecord,
  deadLetter: DeadLetter,
) => TransformedRecord | null | Promise<TransformedRecord | null>;

/** A transform that returns a complete record, or null. */
export type AppliedTransform = (deadLetter: DeadLetter, record: ReplayRecord) => Promise<ReplayRecord | null>;

/**
 * Loads a transform from an ES module, JavaScript or TypeScript whose types can be stripped.
 * @param file relative to the folder in which the command was run
 */
export async function loadTransform(file: string): Promise<AppliedTransform> {
  const path = resolve(callerFolder(), file);
  const transform = transformOf(await load(path, file), file);
  return async (deadLetter, record) => {
    const result: unknown = await transform(record, deadLetter);
    if (result === null) return null;
    const whole = completed(result, record);
    requireSameNumbers(record.value, whole.value);
    return whole;
  };
}

async function load(path: string, file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      error.code === 'ERR_MODULE_NOT_FOUND' &&
      error.message.includes(path)
    )
      throw new UsageError(`--transform ${file}: there is no such file`);
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new DlqError(`--transform ${file} cannot be loaded: ${why}`, { cause: error });
  }
}

function transformOf(module: Record<string, unknown>, file: string): (...args: unknown[]) => unknown {
  const found = module['default'] ?? module['transform'];
  if (isCallable(found)) return found;
  throw new UsageError(`--transform ${file}: it must export a function, as default or as "transform"`);
}

function completed(result: unknown, record: ReplayRecord): ReplayRecord {
  if (typeof result !== 'object' || result === null)
    throw new TypeError(
      `the transform returned ${describe(result)}; it must return a record, or null to skip it`,
    );
  const key = 'key' in result ? toBytes('key', result.key) : record.key;
  const value = 'value' in result ? toBytes('value', result.value) : record.value;
  const headers = 'headers' in result ? toHeaders(result.headers) : record.headers;
  return { key, value, headers };
}

/**
 * Detects a transform that parses a value and serializes it again, which silently changes long integers.
 * @throws RangeError if a long integer was changed
 */
function requireSameNumbers(before: Buffer | null, after: Buffer | null): void {
  if (before === null || after === null || before === after) return;
  const written = after.toString('utf8');
  for (const { literal, position } of inexactNumbers(before.toString('utf8'))) {
    if (written.includes(literal) || !written.includes(String(Number(literal)))) continue;
    throw new RangeError(
      `the transform changed the number at position ${position} of the value, which has more digits than a double; ` +
        'replace text in the value instead of parsing it',
    );
  }
}

function toBytes(name: string, given: unknown): Buffer | null {
  if (given === null) return null;
  if (typeof given === 'string' || given instanceof Uint8Array) return Buffer.from(given);
  throw new TypeError(`the transform's ${name} is ${describe(given)}; it must be bytes, text or null`);
}

function toHeaders(given: unknown): RawHeaders {
  if (isHeaders(given)) return given;
  throw new TypeError(
    "the transform's headers must be an object whose values are bytes, text, null or lists of them",
  );
}

function isHeaders(given: unknown): given is RawHeaders {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return Object.values(given).every((value) =>
    Array.isArray(value) ? value.every(isHeader) : isHeader(value),
  );
}

function isHeader(value: unknown): boolean {
  return value === null || typeof value === 'string' || value instanceof Uint8Array;
}

function isCallable(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === undefined ? 'nothing' : `of type ${typeof value}`;
}
