import type { DeadLetterLimit, FailureDestination, FailurePolicy } from './failure-policy.js';
import type { FetchedRecord, TopicPartition } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { ParkingStore } from '../parking/parking-store.js';

/** What has to be handled one after the other: a partition's records, a key's, or none. */
export type Order = 'partition' | 'key' | 'none';

/** Who settles a record: the runtime once its handler has returned, or the handler. */
export type CommitMode = 'auto' | 'manual';

/** A record that is given up, and why. Times are in ms since the epoch. */
export interface FailedRecord {
  readonly at: TopicPartition;
  readonly record: FetchedRecord;
  readonly error: unknown;
  /** Calls of the handler that failed, in this lane. */
  readonly attempts: number;
  readonly firstFailedAt: number;
}

/** Why a record is not given to a handler: it was replayed for another group, or it is the receipt of a replay. */
export type PassedOver = 'replayed for another group' | 'replay receipt';

/** How long records wait before they are handled. */
export interface Delay {
  /** When a record may be handled at the earliest, in ms since the epoch. */
  dueAt(record: FetchedRecord): number;
  /** No record waits longer than this from when it is first seen, whatever the clock of its writer said. */
  readonly maxMs: number;
}

interface HandlerBase {
  readonly commit: CommitMode;
  readonly order: Order;
  /** How many lanes or batches of a partition may run at once. */
  readonly concurrency: number;
  /** How long one call may take before it counts as failed; undefined for no limit. */
  readonly timeoutMs: number | undefined;
  readonly failures: FailurePolicy;
  /** When no more records may be given up; undefined for never. */
  readonly deadLetterLimit: DeadLetterLimit | undefined;
  /** Resolves once the record is stored durably, with where it is stored: only then is it settled. */
  store(how: FailureDestination, failed: FailedRecord): Promise<FailureDestination>;
  /** Where records are parked; undefined if the handler parks none. */
  readonly parking?: {
    readonly limit: number;
    storeOf(at: TopicPartition): ParkingStore;
  };
  /** Why a record is not for this handler and passed over; undefined if all records are for it. */
  readonly passesOver?: (record: FetchedRecord, partition: number) => PassedOver | undefined;
  /** For records of a retry topic; undefined if records are handled at once. */
  readonly delay?: Delay;
}

/**
 * What a call resolves to if somebody knows its outcome, such as the sender of a request. It counts as done, however long
 * it took: a retry could contradict that outcome.
 */
export const ANSWERED = Symbol('answered');

/** A call's result may stand for work that continues: a stream of results, a reply to be sent. */
interface Completing {
  /** @returns what to wait for before the call counts as done; undefined if there is nothing */
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
  /** Fails, or gives a `PromiseSettledResult` for each record, where some of them failed and others did not. */
  invoke(records: readonly InFlightRecord[]): unknown;
}

/** What is called for a topic's records. */
export type Handler = RecordHandler | BatchHandler;
