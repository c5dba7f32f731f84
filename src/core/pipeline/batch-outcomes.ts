import type { InFlightRecord } from '../records/in-flight.js';
import { BatchRecordError, UnreadableRecordsError } from './errors.js';

/** A record of a batch that failed by itself. */
export interface RecordFailure {
  readonly record: InFlightRecord;
  readonly error: unknown;
}

/** How a batch went, record by record. Whatever is in none of the lists was handled. */
export interface BatchOutcome {
  readonly handled: readonly InFlightRecord[];
  readonly failed: readonly RecordFailure[];
  /** Neither handled nor failed: to be handled with the next call. */
  readonly rest: readonly InFlightRecord[];
}

/** How a batch went whose handler returned: all handled, unless it gave an outcome for each record. */
export function outcomeOfResult(records: readonly InFlightRecord[], result: unknown): BatchOutcome {
  if (!isOutcomes(result, records.length)) return { handled: records, failed: [], rest: [] };
  const failed = records.flatMap((record, at) => {
    const outcome = result[at];
    return outcome?.status === 'rejected' ? [{ record, error: outcome.reason }] : [];
  });
  const handled = records.filter((_, at) => result[at]?.status === 'fulfilled');
  return { handled, failed, rest: [] };
}

/** How a batch went whose handler failed; undefined where the error does not say which record is to blame. */
export function outcomeOfError(records: readonly InFlightRecord[], error: unknown): BatchOutcome | undefined {
  if (error instanceof UnreadableRecordsError) return unreadable(records, error);
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

function unreadable(records: readonly InFlightRecord[], { errors }: UnreadableRecordsError): BatchOutcome {
  const failed = records.flatMap((record, at) => (errors.has(at) ? [{ record, error: errors.get(at) }] : []));
  return { handled: [], failed, rest: records.filter((_, at) => !errors.has(at)) };
}

function isOutcomes(result: unknown, count: number): result is readonly PromiseSettledResult<unknown>[] {
  return Array.isArray(result) && result.length === count && count > 0 && result.every(isOutcome);
}

function isOutcome(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('status' in value)) return false;
  return value.status === 'fulfilled' || (value.status === 'rejected' && 'reason' in value);
}
