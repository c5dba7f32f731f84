import type { FetchedRecord, RawHeaders } from '../pipeline/index.js';
import { HEADERS } from './headers.js';

/** Every header name that the runtime uses. */
const MANAGED: ReadonlySet<string> = new Set(Object.values(HEADERS));

/** What has headers. */
export type WithHeaders = Pick<FetchedRecord, 'headers'>;

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

/** The headers that a record has of its own. */
export function ownHeaders(record: WithHeaders): RawHeaders {
  return Object.fromEntries(Object.entries(record.headers ?? {}).filter(([name]) => !MANAGED.has(name)));
}
