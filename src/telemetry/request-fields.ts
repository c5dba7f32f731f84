/** What lines that are written during a request say of it. */
export interface RequestFields {
  readonly id: unknown;
  readonly method: string;
  readonly path: string;
}

/**
 * What of a request may be logged. pino-http would add all of its headers, the operators' token among them, and the
 * query, which may name a record's key.
 */
export function requestFields({
  id,
  method,
  url,
}: {
  id: unknown;
  method: string;
  url: string;
}): RequestFields {
  return { id, method, path: url.split('?', 1)[0] ?? '' };
}
