import type { Cancel, Clock } from '../time/clock.js';
import { type Backoff, backoffMs } from '../time/backoff.js';
import { type KeyName, ParkedKeys, type ParkedRecord } from './parked-keys.js';
import type { FetchedRecord } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Offset } from '../records/offset.js';
import { FollowsParkedError, ParkingFullError } from '../errors/errors.js';

/** One ownership of a partition, as the parking store needs it. */
export interface ParkingOwnership {
  /** Where the partition is read from: where the group's commit, or the reset policy, points. */
  readonly position: Offset;
  /** The group's generation in which it began: later ownerships by other members have a higher one. */
  readonly generation: number;
  /** Resolves where the partition was still this member's when it was called; rejects where that is not known. */
  confirm(): Promise<void>;
}

/** Stores the parked records of one partition durably, beyond the life of any member. */
export interface ParkingStore {
  /**
   * What is parked, each key's records in their order. A record that was parked by an owner who could not commit it,
   * and that is read again from its own log, is no longer among them.
   */
  load(ownership: ParkingOwnership): Promise<readonly ParkedRecord[]>;
  /** The parked record as it was fetched; undefined if it is no longer stored. */
  read(parked: ParkedRecord): Promise<FetchedRecord | undefined>;
  /** Resolves once the record is removed durably. */
  remove(parked: ParkedRecord): Promise<void>;
  /**
   * Calls `release` again and again for each key whose release is asked for and has not ended.
   * @param release returns whether the key's release begins with this call
   */
  watch(release: (key: KeyName) => boolean): Cancel;
  /** The key's release has ended. What was asked for after it began is still asked for. */
  releaseEnded(key: KeyName): Promise<void>;
}

/** What a partition's parking is built from. */
export interface ParkingParts {
  readonly store: ParkingStore;
  /** Records that may be parked at most. */
  readonly limit: number;
  /** Keys that may come back at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Starts the handler for an unparked record; ends in `handled` or `failedAgain`. */
  readonly handleUnparked: (record: FetchedRecord) => void;
  /** The parked keys are known: records may be handled. */
  readonly loaded: () => void;
  /** The parking store does not answer; the request is repeated after `delayMs`. */
  readonly unavailable: (error: unknown, delayMs: number) => void;
}

const STORE_BACKOFF: Backoff = { initialMs: 500, maxMs: 10_000 };

/**
 * Keeps the order of parked keys: while a record of a key is parked, all later ones are parked behind it. After a
 * release they are handled one by one in their order, outside the key's lane. New records of the key are still parked
 * behind them, so that nothing is overtaken.
 *
 * A release ends when none of the key's records is parked or on its way to the parking topic, or when one fails for good again;
 * until then the parking topic keeps the request, and the next owner goes on with it. Records without a key have no order: one
 * that fails again stays, and the release goes on with the next.
 */
export class Parking {
  readonly #keys = new ParkedKeys();
  /** Keys that come back, and those that wait until there is room for them. */
  readonly #releasing = new Set<KeyName>();
  readonly #queue: KeyName[] = [];
  /** Records that are on their way to the parking topic, behind others of their key. */
  readonly #followers = new Map<KeyName, Set<InFlightRecord>>();
  /** Released keys that have none parked, and wait for their followers to arrive in the parking topic. */
  readonly #awaiting = new Set<KeyName>();
  /** Records without a key that are still to come in the release that is under way. */
  #keyless: ParkedRecord[] | undefined;
  /** What each released record is parked as. */
  readonly #delivered = new Map<FetchedRecord, ParkedRecord>();
  #running = 0;
  #cancelWatch: Cancel | undefined;
  /** Ends of the waits for the parking topic. */
  readonly #waits = new Set<() => void>();
  #closed = false;
  /** Whether it is known what is parked. */
  isLoaded = false;
  /** Why that is not known yet, as of the last attempt. */
  problem: unknown;

  constructor(private readonly parts: ParkingParts) {}

  /** How many records are parked. */
  get count(): number {
    return this.#keys.count;
  }

  /** Reads which keys are parked; nothing of the partition may be handled before. */
  async start(ownership: ParkingOwnership): Promise<void> {
    const parked = await this.#retryUntilDone(() => this.parts.store.load(ownership));
    if (!parked || this.#closed) return;
    for (const each of parked) this.#keys.add(each);
    this.isLoaded = true;
    this.parts.loaded();
    this.#cancelWatch = this.parts.store.watch((key) => this.#release(key));
  }

  /** Whether records of this record's key are parked, so that it must be parked too. Called for every record. */
  isParkedKey(record: InFlightRecord): boolean {
    if (this.#keys.count === 0 || record.origin === 'parked') return false;
    const key = keyNameOf(record.record);
    return key !== undefined && this.#keys.has(key);
  }

  /**
   * Why a record must follow others of its key aside; undefined where it need not. One that must counts as on its way
   * until `add` or `arrivedElsewhere`, or until it is asked of again and need not any more.
   */
  addFollower(record: InFlightRecord): FollowsParkedError | undefined {
    const key = keyNameOf(record.record);
    const first = this.isParkedKey(record) ? this.#keys.first(key) : undefined;
    if (!first) {
      this.removeFollower(record);
      return undefined;
    }
    const followers = this.#followers.get(key) ?? new Set();
    this.#followers.set(key, followers.add(record));
    return new FollowsParkedError(first.offset);
  }

  /** @throws ParkingFullError when no more records may be parked */
  requireRoom({ owner }: InFlightRecord): void {
    if (this.#keys.count >= this.parts.limit) {
      throw new ParkingFullError(owner.topic, owner.partition, this.parts.limit);
    }
  }

  /** A record is in the parking topic, because it failed or because it follows others. */
  add(record: InFlightRecord): void {
    this.#keys.add({ key: keyNameOf(record.record), offset: record.offset });
    this.removeFollower(record);
  }

  /** A record that was on its way to the parking topic no longer is. */
  removeFollower(record: InFlightRecord): void {
    const key = keyNameOf(record.record);
    const followers = this.#followers.get(key);
    if (followers?.delete(record) && followers.size === 0) this.#followers.delete(key);
    if (this.#awaiting.delete(key)) void this.#releaseNext(key);
  }

  /** An unparked record was handled. Resolves once it is removed from the parking topic; then the next of its key starts. */
  async handled({ record }: InFlightRecord): Promise<void> {
    const parked = this.#takeDelivered(record);
    await this.#retryUntilDone(() => this.parts.store.remove(parked));
    if (this.#closed) return;
    this.#keys.remove(parked);
    void this.#releaseNext(parked.key);
  }

  /** An unparked record failed for good again: it stays parked, and so do the others of its key. */
  async failedAgain({ record }: InFlightRecord): Promise<void> {
    const { key } = this.#takeDelivered(record);
    if (key === undefined) return this.#releaseNext(key);
    // As long as the parking topic still says that the release is wanted, it would begin again.
    await this.#retryUntilDone(() => this.parts.store.releaseEnded(key));
    this.#releasing.delete(key);
    this.#releaseDone();
  }

  close(): void {
    this.#closed = true;
    this.#cancelWatch?.();
    for (const end of this.#waits) end();
  }

  #takeDelivered(record: FetchedRecord): ParkedRecord {
    const parked = this.#delivered.get(record);
    if (!parked) throw new Error(`the record at offset ${record.offset} was not released`);
    this.#delivered.delete(record);
    return parked;
  }

  /** @returns whether the key's release begins with this */
  #release(key: KeyName): boolean {
    if (this.#closed || this.#releasing.has(key)) return false;
    this.#releasing.add(key);
    this.#queue.push(key);
    // Not before the parking topic has noted which requests this release is for.
    queueMicrotask(() => this.#startReleases());
    return true;
  }

  /** Starts released keys up to the handler's concurrency. */
  #startReleases(): void {
    while (this.#running < this.parts.concurrency && this.#queue.length > 0) {
      this.#running++;
      const key = this.#queue.shift();
      if (key === undefined) this.#keyless = [...this.#keys.all(key)];
      void this.#releaseNext(key);
    }
  }

  async #releaseNext(key: KeyName): Promise<void> {
    const parked = key === undefined ? this.#keyless?.shift() : this.#keys.first(key);
    if (!parked) return this.#endRelease(key);
    const found = await this.#retryUntilDone(async () => ({ record: await this.parts.store.read(parked) }));
    if (!found || this.#closed) return;
    if (found.record) {
      this.#delivered.set(found.record, parked);
      this.parts.handleUnparked(found.record);
      return;
    }
    this.#keys.remove(parked);
    await this.#releaseNext(key);
  }

  async #endRelease(key: KeyName): Promise<void> {
    if (this.#followers.has(key)) {
      this.#awaiting.add(key);
      return;
    }
    // A record that is parked from now on has not been released: while the parking topic is told, the key is still let go.
    await this.#retryUntilDone(() => this.parts.store.releaseEnded(key));
    this.#releasing.delete(key);
    this.#releaseDone();
  }

  /** A key's release has ended. */
  #releaseDone(): void {
    this.#running--;
    this.#startReleases();
  }

  /** Asks the parking topic again and again; undefined once the partition is closed. */
  async #retryUntilDone<T>(ask: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 1; !this.#closed; failures++) {
      try {
        const answer = await ask();
        this.problem = undefined;
        return answer;
      } catch (error) {
        this.problem = error;
        const delayMs = backoffMs(STORE_BACKOFF, failures, this.parts.random());
        if (!this.#closed) this.parts.unavailable(error, delayMs);
        await this.#wait(delayMs);
      }
    }
    return undefined;
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = this.parts.clock.schedule(delayMs, end);
      this.#waits.add(end);
    });
  }
}

/** A key's name: each byte a character. */
export function keyNameOf({ key }: Pick<FetchedRecord, 'key'>): KeyName {
  return key === null ? undefined : (key instanceof Buffer ? key : Buffer.from(key)).toString('latin1');
}
