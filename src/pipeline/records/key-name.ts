import type { FetchedRecord } from './fetched.js';

/** A key's name: each byte a character. Undefined for records without a key, which have no order. */
export type KeyName = string | undefined;

/** The name of a record's key. */
export function keyNameOf(record: Pick<FetchedRecord, 'key' | 'keyText'>): KeyName {
  const { keyText } = record;
  if (keyText !== undefined) return keyText ?? undefined;
  const { key } = record;
  return key === null ? undefined : (key instanceof Buffer ? key : Buffer.from(key)).toString('latin1');
}
