import type { FailedRecord } from '../core/pipeline/handler.js';
import type { FetchedRecord, RawHeaders } from '../core/records/fetched.js';
import { isRetryTopic } from './aside-topics.js';
import { exceptionHeaders } from './exception-headers.js';
import { HEADERS } from './headers.js';

/** Every name that the runtime gives out, but for the count of replays, which a record keeps for good. */
const MANAGED: ReadonlySet<string> = new Set(
  Object.values(HEADERS).filter((name) => name !== HEADERS.replays),
);

/** What has headers. */
type WithHeaders = Pick<FetchedRecord, 'headers'>;

/** A header's text; undefined where the record has none of that name. The last of several counts. */
export function headerText(record: WithHeaders, name: string): string | undefined {
  const found = record.headers?.[name];
  const value = Array.isArray(found) ? found.at(-1) : found;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

/** A header's whole number; undefined where it is none. */
export function headerNumber(record: WithHeaders, name: string): number | undefined {
  const text = headerText(record, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The headers that a record has of its own, and the count of replays. */
export function ownHeaders(record: WithHeaders): RawHeaders {
  return Object.fromEntries(Object.entries(record.headers ?? {}).filter(([name]) => !MANAGED.has(name)));
}

/** The topic that a record was in before the first retry topic, if it has been in any. */
export function originalTopicOf(failed: FailedRecord): string {
  return earlierText(failed, HEADERS.originalTopic) ?? failed.at.topic;
}

/**
 * What an earlier failure has left in a header. Only a retry topic's are the runtime's own: elsewhere, as where
 * somebody reads dead letters, they tell of another topic, and a failure there is a first one.
 */
function earlierText({ at, record }: FailedRecord, name: string): string | undefined {
  return isRetryTopic(at.topic) ? headerText(record, name) : undefined;
}

/** A failed record's own headers, with where it comes from and why it is put aside. */
export function failureHeaders(failed: FailedRecord, groupId: string, now: Date): RawHeaders {
  const { at, record, error, attempts, firstFailedAt } = failed;
  const first = (name: string, otherwise: string | number): string =>
    earlierText(failed, name) ?? String(otherwise);
  return {
    ...ownHeaders(record),
    [HEADERS.originalTopic]: first(HEADERS.originalTopic, at.topic),
    [HEADERS.originalPartition]: first(HEADERS.originalPartition, at.partition),
    [HEADERS.originalOffset]: first(HEADERS.originalOffset, record.offset),
    [HEADERS.originalTimestamp]: first(HEADERS.originalTimestamp, record.timestamp),
    [HEADERS.originalGroup]: groupId,
    ...exceptionHeaders(error),
    [HEADERS.attempts]: String(attempts + Number(first(HEADERS.attempts, 0))),
    [HEADERS.firstFailedAt]: first(HEADERS.firstFailedAt, new Date(firstFailedAt || now).toISOString()),
    [HEADERS.failedAt]: now.toISOString(),
    [HEADERS.replays]: String(headerNumber(record, HEADERS.replays) ?? 0),
  };
}
