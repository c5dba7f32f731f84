import type { Backoff } from '../failures/backoff.js';
import type { InFlightRecord } from '../records/in-flight.js';

/** What has to be handled one after the other: a partition's records, a key's, or none. */
export type Order = 'partition' | 'key' | 'none';

/** Who says that a record may be committed: the runtime once its handler has returned, or the handler. */
export type CommitMode = 'auto' | 'manual';

interface HandlerBase {
  readonly commit: CommitMode;
  readonly order: Order;
  /** Lanes, or batches, at work at once, per partition. */
  readonly concurrency: number;
  readonly backoff: Backoff;
  /** How long one call may take before it counts as failed; undefined for no limit. */
  readonly timeoutMs: number | undefined;
}

/** What a call returned may stand for work that goes on: a stream of results, a reply to be sent. */
interface Completing {
  /** @returns what to wait for before the call counts as done; undefined where that is nothing */
  completion(result: unknown): Promise<unknown> | undefined;
}

/** Handles one record a call. Returning, or resolving, is success; throwing, or rejecting, is failure. */
export interface RecordHandler extends HandlerBase, Completing {
  readonly read: 'one';
  invoke(record: InFlightRecord): unknown;
}

/** Handles several records of one partition a call. */
export interface BatchHandler extends HandlerBase, Completing {
  readonly read: 'batch';
  /** The most records of a batch. */
  readonly maxRecords: number;
  /** How long the first record of a batch that is not full waits for more. */
  readonly maxWaitMs: number;
  invoke(records: readonly InFlightRecord[]): unknown;
}

/** What is called for a topic's records. */
export type Handler = RecordHandler | BatchHandler;
