import type { Cancel, Clock } from '../clock.js';
import { type Backoff, backoffMs } from '../failures/backoff.js';
import { type KeyName, ParkedKeys } from '../failures/parked-keys.js';
import type { FetchedRecord } from '../records/fetched.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { Offset } from '../records/offset.js';
import { FollowsParkedError, ParkingFullError } from './errors.js';

/** A record that is parked. */
export interface ParkedRecord {
  readonly key: KeyName;
  /** Of the record in its own partition. */
  readonly offset: Offset;
}

/** Where the parked records of one partition are kept: outside, for longer than any member lives. */
export interface ParkingLot {
  /**
   * What is parked, from a partition that is owned from `position` on. What lies from there on in it was parked
   * by an owner that could not commit it, and comes again: it is taken out of the lot.
   * @param assureOwned resolves where what was seen before it is called can't be a later owner's: a member that
   * was suspended takes all that its successor has parked for late otherwise
   */
  load(position: Offset, assureOwned: () => Promise<void>): Promise<readonly ParkedRecord[]>;
  /** The parked record as it was fetched; undefined where it is gone. */
  read(offset: Offset): Promise<FetchedRecord | undefined>;
  /** Resolves once it is gone for good. */
  remove(offset: Offset): Promise<void>;
  /** Calls `release` for each key whose release is, or was before and is still, asked for. */
  watch(release: (key: KeyName) => void): Cancel;
  /** The key's release has ended. */
  released(key: KeyName): Promise<void>;
}

/** What a partition's parking is built from. */
export interface ParkingParts {
  readonly lot: ParkingLot;
  /** Records that may be parked at most. */
  readonly limit: number;
  /** Keys that may come back at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Has a released record handled; ends in `handled` or `stays`. */
  readonly deliver: (record: FetchedRecord) => void;
  /** What is parked is known: records may be handled. */
  readonly loaded: () => void;
  /** The lot does not answer; it is asked again after `delayMs`. */
  readonly unavailable: (error: unknown, delayMs: number) => void;
}

const LOT_BACKOFF: Backoff = { initialMs: 500, maxMs: 10_000 };

/**
 * Keeps the order of keys that have a record aside: as long as one of a key is parked, all later ones follow it
 * there. Released, they come back one by one, in their order, past the key's own lane; what the key gets
 * meanwhile still follows, so that nothing is ever overtaken.
 */
export class Parking {
  readonly #keys = new ParkedKeys();
  /** Keys that come back, and those that wait until there is room for them. */
  readonly #releasing = new Set<KeyName>();
  readonly #queue: KeyName[] = [];
  #running = 0;
  #cancelWatch: Cancel | undefined;
  /** Ends of the waits for the lot. */
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

  /** Learns what is parked; nothing of the partition may be handled before. */
  async start(position: Offset, assureOwned: () => Promise<void>): Promise<void> {
    const parked = await this.#untilDone(() => this.parts.lot.load(position, assureOwned));
    if (!parked || this.#closed) return;
    for (const { key, offset } of parked) this.#keys.add(key, offset);
    this.isLoaded = true;
    this.parts.loaded();
    this.#cancelWatch = this.parts.lot.watch((key) => this.#release(key));
  }

  /** Whether it holds others of a record's key, which the record must follow aside. Asked of every record. */
  holds(record: InFlightRecord): boolean {
    if (this.#keys.count === 0 || isReleased(record)) return false;
    const key = keyNameOf(record.record);
    return key !== undefined && this.#keys.has(key);
  }

  /** Why a record must follow others of its key aside; undefined where it need not. */
  follows(record: InFlightRecord): FollowsParkedError | undefined {
    if (!this.holds(record)) return undefined;
    const first = this.#keys.first(keyNameOf(record.record));
    return first === undefined ? undefined : new FollowsParkedError(first);
  }

  /** @throws ParkingFullError when no more records may be parked */
  admit({ owner }: InFlightRecord): void {
    if (this.#keys.count >= this.parts.limit) {
      throw new ParkingFullError(owner.topic, owner.partition, this.parts.limit);
    }
  }

  /** A record is in the lot, because it failed or because it follows others. */
  add({ record, offset }: InFlightRecord, why: unknown): void {
    const key = keyNameOf(record);
    const isLate = why instanceof FollowsParkedError && !this.#keys.has(key);
    this.#keys.add(key, offset);
    // The last of those that it was to follow was released while it was on its way.
    if (isLate) this.#release(key);
  }

  /** A released record was handled: resolves once it is out of the lot, and only then comes the next of its key. */
  async handled({ record, offset }: InFlightRecord): Promise<void> {
    await this.#untilDone(() => this.parts.lot.remove(offset));
    if (this.#closed) return;
    const key = keyNameOf(record);
    this.#keys.remove(key, offset);
    void this.#releaseNext(key);
  }

  /** A released record failed for good again: it stays where it is, and so does the rest of its key. */
  async stays({ record }: InFlightRecord): Promise<void> {
    const key = keyNameOf(record);
    // As long as the lot still says that the release is wanted, it would begin anew.
    await this.#untilDone(() => this.parts.lot.released(key));
    this.#releasing.delete(key);
    this.#endedOne();
  }

  close(): void {
    this.#closed = true;
    this.#cancelWatch?.();
    for (const end of this.#waits) end();
  }

  #release(key: KeyName): void {
    if (this.#closed || this.#releasing.has(key)) return;
    this.#releasing.add(key);
    this.#queue.push(key);
    this.#releaseWhatMay();
  }

  /** However many keys are let go at once, no more are read and handled at a time than the handler may be called for. */
  #releaseWhatMay(): void {
    while (this.#running < this.parts.concurrency && this.#queue.length > 0) {
      this.#running++;
      void this.#releaseNext(this.#queue.shift());
    }
  }

  async #releaseNext(key: KeyName): Promise<void> {
    const offset = this.#keys.first(key);
    if (offset === undefined) return this.#ended(key);
    const found = await this.#untilDone(async () => ({ record: await this.parts.lot.read(offset) }));
    if (!found || this.#closed) return;
    if (found.record) {
      this.parts.deliver(found.record);
      return;
    }
    this.#keys.remove(key, offset);
    await this.#releaseNext(key);
  }

  async #ended(key: KeyName): Promise<void> {
    this.#releasing.delete(key);
    await this.#untilDone(() => this.parts.lot.released(key));
    this.#endedOne();
  }

  /** A key's release has come to its end. */
  #endedOne(): void {
    this.#running--;
    this.#releaseWhatMay();
  }

  /** Asks the lot again and again; undefined once the partition is closed. */
  async #untilDone<T>(ask: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 1; !this.#closed; failures++) {
      try {
        const answer = await ask();
        this.problem = undefined;
        return answer;
      } catch (error) {
        this.problem = error;
        const delayMs = backoffMs(LOT_BACKOFF, failures, this.parts.random());
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

/** Whether a record came back from the lot, and not from its partition. */
export function isReleased({ sequence }: InFlightRecord): boolean {
  return sequence < 0;
}

/** A key's name: each byte a character. */
export function keyNameOf({ key }: Pick<FetchedRecord, 'key'>): KeyName {
  return key === null ? undefined : (key instanceof Buffer ? key : Buffer.from(key)).toString('latin1');
}
