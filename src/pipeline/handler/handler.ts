import type { DeadLetterLimit, FailureDestination, FailurePolicy } from './failure-policy.js';
import type { FailedRecord } from '../records/failed.js';
import type { FetchedRecord, TopicPartition } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { ParkingStore } from '../parking/parking-store.js';

/** Which records are handled one after the other: those of a partition, those of a key, or none. */
export type Order = 'partition' | 'key' | 'none';

/** Who settles a record: the runtime once its handler has returned, or the handler. */
export type CommitMode = 'auto' | 'manual';

/** Why a record is not given to a handler: it was replayed for another group, or it is the receipt of a replay. */
export type PassedOver = 'replayed for another group' | 'replay receipt';

/** How long records wait before they are handled. */
export interface Delay {
  /** When a record may be handled at the earliest, in ms since the epoch. */
  dueAt(record: FetchedRecord): number;
  /** The longest wait from when a record is first seen: the clock of its writer may be wrong. */
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
  /** When the circuit breaker opens; undefined for never. */
  readonly deadLetterLimit: DeadLetterLimit | undefined;
  /**
   * Resolves once the record is stored durably, with where it is stored: only then is it settled.
   * @param parkingStore the one of the record's ownership; undefined if the handler parks none
   */
  store(
    how: FailureDestination,
    failed: FailedRecord,
    parkingStore: ParkingStore | undefined,
  ): Promise<FailureDestination>;
  /** Where records are parked; undefined if the handler parks none. */
  readonly parking?: {
    readonly limit: number;
    storeOf(at: TopicPartition): ParkingStore;
  };
  /** Returns why a record is not for this handler; undefined if it is for it. Omitted if all records are. */
  readonly passesOver?: (record: FetchedRecord, partition: number) => PassedOver | undefined;
  /** For records of a retry topic; undefined if records are handled at once. */
  readonly delay?: Delay;
}

/**
 * The result of a call whose outcome was already sent out, such as a reply to a request. The call counts as succeeded
 * even if it exceeded its timeout: a retry could contradict the reply.
 */
export const ANSWERED = Symbol('answered');

/** The result of a call may stand for work that continues, such as a stream of results or a reply to be sent. */
interface Completing {
  /** @returns a promise to await before the call counts as done; undefined if there is none */
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
  /** Throws, or returns a `PromiseSettledResult` for each record if only some of them failed. */
  invoke(records: readonly InFlightRecord[]): unknown;
}

/** The handler of a topic's records. */
export type Handler = RecordHandler | BatchHandler;
