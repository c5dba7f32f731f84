import type { FetchedRecord, RawHeaders } from '../pipeline/index.js';
import { HEADERS } from './headers.js';

/** The names of all headers that the runtime adds. */
const MANAGED: ReadonlySet<string> = new Set(Object.values(HEADERS));

/** Anything with headers. */
export type WithHeaders = Pick<FetchedRecord, 'headers'>;

/** A header's text; undefined if there is no such header. The last of several values counts. */
export function headerText(record: WithHeaders, name: string): string | undefined {
  const found = record.headers?.[name];
  const value = Array.isArray(found) ? found.at(-1) : found;
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

/** A header's value as a whole number; undefined if it is not one. */
export function headerNumber(record: WithHeaders, name: string): number | undefined {
  const text = headerText(record, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A record's headers without those that the runtime added. */
export function ownHeaders(record: WithHeaders): RawHeaders {
  return Object.fromEntries(Object.entries(record.headers ?? {}).filter(([name]) => !MANAGED.has(name)));
}
