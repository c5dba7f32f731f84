import type { FailureDestination } from '../handler/failure-policy.js';
import type { Handler } from '../handler/handler.js';
import { FollowsParkedError, ParkingFullError } from '../errors/errors.js';
import type { FailureListener } from './failure-event.js';
import type { FailureResolution } from './failure-resolution.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Parking } from '../parking/parking.js';
import type { TopicPartition } from '../records/fetched.js';
import { type Backoff, backoffMs } from '../time/backoff.js';

/** The backoff between two attempts to store a record. */
const STORE_BACKOFF: Backoff = { initialMs: 500, maxMs: 10_000 };

/** The dependencies of a store of failed records. */
export interface FailedRecordStoreParts {
  readonly at: TopicPartition;
  readonly handler: Pick<Handler, 'store'>;
  readonly parking: Parking | undefined;
  readonly random: () => number;
  readonly report: FailureListener;
  /** Waits before the next attempt; false if the partition is closed before that. */
  readonly wait: (record: InFlightRecord, delayMs: number) => Promise<boolean>;
}

/** Stores failed records elsewhere, and retries until that succeeds. */
export class FailedRecordStore {
  #closed = false;

  constructor(private readonly parts: FailedRecordStoreParts) {}

  /** Stores nothing more: the partition is closed. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Stores a record.
   * @param stuck called after each attempt that failed
   * @returns where the record is stored, or what happens to it otherwise
   */
  async store(
    record: InFlightRecord,
    error: unknown,
    destination: FailureDestination,
    stuck: () => void,
  ): Promise<FailureDestination | FailureResolution> {
    const { parking, random, report, wait } = this.parts;
    let reason = error;
    for (let tries = 1; ; tries++) {
      let storeError: unknown;
      try {
        const stored = await this.#storeOnce(record, reason, destination);
        if (this.#closed) return 'abandoned';
        if (stored === 'park') parking?.add(record);
        else parking?.removeFollower(record);
        return stored;
      } catch (thrown) {
        storeError = thrown;
      }
      if (this.#closed) return 'abandoned';
      const delayMs = backoffMs(STORE_BACKOFF, tries, random());
      report({ kind: 'not stored', record, error: storeError, destination, delayMs });
      stuck();
      if (!(await wait(record, delayMs))) return 'abandoned';
      if (record.settled) return 'settled';
      // The record was never written, so it can be handled once no record of its key is parked any more.
      if (storeError instanceof ParkingFullError && reason instanceof FollowsParkedError) {
        reason = parking?.addFollower(record);
        if (!reason) return 'again';
      }
    }
  }

  #storeOnce(
    record: InFlightRecord,
    error: unknown,
    destination: FailureDestination,
  ): Promise<FailureDestination> {
    const { at, handler, parking } = this.parts;
    const { failures: attempts, firstFailedAt } = record;
    if (destination === 'park') parking?.requireRoom(record);
    const failed = { at, record: record.record, error, attempts, firstFailedAt };
    return handler.store(destination, failed, parking?.store);
  }
}
