/** Log fields that identify the HTTP request. */
export interface RequestFields {
  readonly id: unknown;
  readonly method: string;
  readonly path: string;
}

/**
 * The parts of a request that may be logged. pino-http's own serializer would add all headers, with the operators'
 * token, and the query, which may contain a record's key.
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
