/** How many records, and how many bytes of keys, values and headers, may be in flight. */
export interface InFlightLimits {
  readonly records: number;
  readonly bytes: number;
}

/** How many records of a fetch may exceed the limits: the rest of a fetch that is cut must be fetched again. */
const WHOLE_FETCH_RECORDS = 10_000;

/** How far settled records may be ahead of an unsettled one, as a multiple of the limit. */
const AHEAD = 10;

/** The records and bytes that one partition has in flight. */
export class Usage {
  records = 0;
  bytes = 0;
}

/**
 * Bounds what is in flight, for the process and for each partition.
 *
 * Each partition always has its fair share, so that stuck partitions never starve others. Beyond its share a partition
 * may take up to a quarter of the limits while the process has room.
 */
export class InFlightLimiter {
  readonly total = new Usage();
  readonly #waiting = new Set<() => void>();
  readonly #paused = new Set<() => void>();
  #partitions = 1;

  /** How far a fetch may exceed the limits; computed once, since it is read for each record. */
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
   * Re-checks a paused partition once the process has drained to half of its limits, and when the partition's share
   * changes: its own records may not settle for hours.
   * @returns ends the re-checks
   */
  whilePaused(recheck: () => void): () => void {
    this.#paused.add(recheck);
    return () => this.#paused.delete(recheck);
  }

  /**
   * How many records of a partition may lie beyond its first unsettled one. They hold no payload any more, but are all
   * handled again after a crash. For the process it is at most ten times the limit.
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
    if (this.#waiting.size > 0 && this.hasRoom) this.#resolveWaiting();
    if (wasTight && this.#processHasRoom(0.5)) this.#recheckPaused();
  }

  /** Whether the process may take more records, of any partition. */
  get hasRoom(): boolean {
    return this.#processHasRoom(1);
  }

  /** How many waits for room are pending. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves as soon as the process may take more, or `signal` is aborted: it may take hours until there is room. */
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
   * Whether the partition may take a whole fetch. It may then exceed its limit by that one fetch, within `admitsRest`:
   * the rest of a fetch that is cut must be fetched and decoded again.
   */
  admitsFetch(usage: Usage): boolean {
    return this.#processHasRoom(1) && this.#belowCap(usage, 1);
  }

  /** Whether the rest of an admitted fetch may be taken in: one of 600,000 tiny records is not taken in at once. */
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

  #resolveWaiting(): void {
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
