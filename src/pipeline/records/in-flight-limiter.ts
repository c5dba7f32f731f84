/** How many records, and how many bytes of keys, values and headers, may be in flight. */
export interface InFlightLimits {
  readonly records: number;
  readonly bytes: number;
}

/** How many records of a fetch are taken in beyond a limiter that is smaller: to cut it would mean to fetch them again. */
const WHOLE_FETCH_RECORDS = 10_000;

/** How far, in budgets, what is settled may be ahead of a record that is not. */
const AHEAD = 10;

/** What one partition has in flight. */
export class Usage {
  records = 0;
  bytes = 0;
}

/**
 * Bounds what is in flight, for the process and for each partition.
 *
 * Each partition always has its fair share, so that partitions which are stuck can never starve one which is
 * not. Beyond its share a partition may take up to a quarter of the whole while the process has room.
 */
export class InFlightLimiter {
  readonly total = new Usage();
  readonly #waiting = new Set<() => void>();
  readonly #paused = new Set<() => void>();
  #partitions = 1;

  /** How far a fetch that is taken in whole may pass the limits; worked out once, as it is asked for each record. */
  readonly #wholeFetch: InFlightLimits;

  constructor(readonly limits: InFlightLimits) {
    const { records, bytes } = limits;
    this.#wholeFetch = { records: records + Math.max(records, WHOLE_FETCH_RECORDS), bytes: 2 * bytes };
  }

  /** @param partitions how many partitions share the limiter from now on */
  share(partitions: number): void {
    this.#partitions = Math.max(1, partitions);
    this.#recheckPaused();
  }

  /**
   * Has a partition that is paused looked at again once the process has drained to half of what it may hold, and when
   * its share changes: what it holds itself may not settle for hours.
   * @returns ends it
   */
  whilePaused(recheck: () => void): () => void {
    this.#paused.add(recheck);
    return () => this.#paused.delete(recheck);
  }

  /**
   * How many records of a partition may lie beyond its first unsettled one. They hold no payload any more, but
   * a crash would have all of them handled again. For the process it comes to ten budgets at the most.
   */
  get aheadLimit(): number {
    return Math.max(1, (AHEAD * this.limits.records) / Math.max(4, this.#partitions));
  }

  add(usage: Usage, bytes: number): void {
    usage.records++;
    usage.bytes += bytes;
    this.total.records++;
    this.total.bytes += bytes;
  }

  remove(usage: Usage, bytes: number): void {
    const wasTight = this.#paused.size > 0 && !this.#processHasRoom(0.5);
    usage.records--;
    usage.bytes -= bytes;
    this.total.records--;
    this.total.bytes -= bytes;
    if (this.#waiting.size > 0 && this.hasRoom) this.#tellRoom();
    if (wasTight && this.#processHasRoom(0.5)) this.#recheckPaused();
  }

  /** Whether the process may take more, whatever the partition. */
  get hasRoom(): boolean {
    return this.#processHasRoom(1);
  }

  /** How many wait for room. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves as soon as the process may take more, or `signal` is aborted: room may be hours away. */
  untilRoom(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.hasRoom || signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#waiting.add(end);
      signal.addEventListener('abort', end);
    });
  }

  /**
   * Whether the partition may take a whole fetch. It may then pass its limit by that one fetch, as far as
   * `admitsRest` says: to cut a fetch short means to fetch and decode its rest again.
   */
  admitsFetch(usage: Usage): boolean {
    return this.#processHasRoom(1) && this.#belowCap(usage, 1);
  }

  /** Whether a fetch that was admitted may go on: one of 600,000 tiny records is not taken in at once. */
  get admitsRest(): boolean {
    return this.total.records < this.#wholeFetch.records && this.total.bytes < this.#wholeFetch.bytes;
  }

  /** Whether the partition has room for one more record within its share. */
  admitsRecord(usage: Usage): boolean {
    return this.#belowShare(usage, 1);
  }

  /** Whether the partition should stop fetching. */
  isFull(usage: Usage): boolean {
    return !this.admitsFetch(usage) && !this.admitsRecord(usage);
  }

  /** Whether a partition that was paused has drained to half of what it may hold. */
  readmits(usage: Usage): boolean {
    return this.#belowShare(usage, 0.5) || (this.#processHasRoom(0.5) && this.#belowCap(usage, 0.5));
  }

  #recheckPaused(): void {
    for (const recheck of this.#paused) recheck();
  }

  #tellRoom(): void {
    for (const end of this.#waiting) end();
  }

  #processHasRoom(part: number): boolean {
    return this.total.records < this.limits.records * part && this.total.bytes < this.limits.bytes * part;
  }

  #belowShare(usage: Usage, part: number): boolean {
    const share = Math.max(1, Math.floor(this.limits.records / this.#partitions));
    const bytes = this.limits.bytes / this.#partitions;
    return usage.records < Math.max(1, share * part) && usage.bytes < bytes * part;
  }

  #belowCap(usage: Usage, part: number): boolean {
    return usage.records < (this.limits.records / 4) * part && usage.bytes < (this.limits.bytes / 4) * part;
  }
}
