import type { InFlightRecord } from '../records/in-flight.js';
import { BatchOutcomesError, BatchRecordError, UndecodableRecordsError } from '../errors/errors.js';

/** A record of a batch that failed on its own. */
export interface RecordFailure {
  readonly record: InFlightRecord;
  readonly error: unknown;
}

/** The outcome of a batch by record. Every record of the batch is in exactly one of the lists. */
export interface BatchOutcome {
  readonly handled: readonly InFlightRecord[];
  readonly failed: readonly RecordFailure[];
  /** Neither handled nor failed: to be handled with the next call. */
  readonly rest: readonly InFlightRecord[];
}

/**
 * How deep a result is searched for rejections: deep enough for a list of lists in the application's own envelope.
 */
const DEPTH = 4;

/**
 * The errors of a batch's failed records, by index, from a result as `Promise.allSettled` returns it. Any other
 * result without a rejection in it means that all records were handled.
 *
 * @throws BatchOutcomesError for a rejection that cannot be assigned to a record: it must not count as success
 */
export function rejectionsOf(result: unknown, count: number): ReadonlyMap<number, unknown> {
  const reasons = new Map<number, unknown>();
  if (!hasRejection(result)) return reasons;
  if (!Array.isArray(result) || result.length !== count) throw new BatchOutcomesError();
  // By index: `forEach` and `map` skip holes.
  for (let at = 0; at < count; at++) {
    const outcome: unknown = result[at];
    if (!isOutcome(outcome)) throw new BatchOutcomesError();
    if (outcome.status === 'rejected') reasons.set(at, outcome.reason);
  }
  return reasons;
}

/**
 * The outcome of a batch whose handler returned.
 * @throws BatchOutcomesError as {@link rejectionsOf} does
 */
export function outcomeOfResult(records: readonly InFlightRecord[], result: unknown): BatchOutcome {
  const reasons = rejectionsOf(result, records.length);
  if (reasons.size === 0) return { handled: records, failed: [], rest: [] };
  return {
    handled: records.filter((_, at) => !reasons.has(at)),
    failed: failuresOf(records, reasons),
    rest: [],
  };
}

/** The outcome of a batch whose handler failed; undefined if the error does not say which records failed. */
export function outcomeOfError(records: readonly InFlightRecord[], error: unknown): BatchOutcome | undefined {
  if (error instanceof UndecodableRecordsError) {
    const rest = records.filter((_, at) => !error.errors.has(at));
    return { handled: [], failed: failuresOf(records, error.errors), rest };
  }
  const [first] = records;
  if (error instanceof BatchRecordError) {
    const record = Number.isInteger(error.index) ? records[error.index] : undefined;
    if (record) {
      return {
        handled: records.slice(0, error.index),
        failed: [{ record, error: error.cause }],
        rest: records.slice(error.index + 1),
      };
    }
  }
  return records.length === 1 && first
    ? { handled: [], failed: [{ record: first, error }], rest: [] }
    : undefined;
}

function failuresOf(
  records: readonly InFlightRecord[],
  reasons: ReadonlyMap<number, unknown>,
): readonly RecordFailure[] {
  return records.flatMap((record, at) => (reasons.has(at) ? [{ record, error: reasons.get(at) }] : []));
}

/** Whether a result contains a rejection, however it is wrapped. */
export function hasRejection(value: unknown, depth = DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('status' in value && value.status === 'rejected') return true;
  if (depth === 0) return false;
  return contentsOf(value).some((each) => hasRejection(each, depth - 1));
}

/**
 * The values of a list, a map, a set or a plain object. Other objects are not read: their getters may run code of the
 * application.
 */
function contentsOf(value: object): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) return [...value.values()];
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : [];
}

interface Outcome {
  readonly status: 'fulfilled' | 'rejected';
  readonly reason?: unknown;
}

/** Whether a value is an outcome as `Promise.allSettled` returns it. */
export function isOutcome(value: unknown): value is Outcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    (value.status === 'fulfilled' || value.status === 'rejected')
  );
}
