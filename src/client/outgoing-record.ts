import type { RawHeaders } from '../pipeline/index.js';

/** A record to write. */
export interface OutgoingRecord {
  readonly topic: string;
  /** If left out, it is chosen by the key. */
  readonly partition?: number;
  readonly key?: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  /** Null values and several values of one name are written unchanged. */
  readonly headers?: RawHeaders;
}
