import { type Context, propagation, ROOT_CONTEXT, type TextMapGetter } from '@opentelemetry/api';
import { TRACE_PARENT_HEADER } from '@opentelemetry/core';
import type { FetchedRecord, RawHeaders } from '../../pipeline/index.js';

const getter: TextMapGetter<RawHeaders> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => {
    const found = headers[name];
    const value = Array.isArray(found) ? found.at(-1) : found;
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  },
};

/** The trace context in a record's headers; the root context if there is none. */
export function contextOf({ headers }: FetchedRecord): Context {
  return headers?.[TRACE_PARENT_HEADER] === undefined
    ? ROOT_CONTEXT
    : propagation.extract(ROOT_CONTEXT, headers, getter);
}

/** The trace headers of a record that is produced in this context. */
export function headersFrom(context: Context): RawHeaders {
  const headers: Record<string, string> = {};
  propagation.inject(context, headers);
  return headers;
}
