import type { Cancel, Clock } from '../time/clock.js';
import type { InFlightRecord } from '../records/in-flight.js';

/** One wait: how it is cancelled, and how it ends. */
interface Wait {
  readonly cancel: Cancel;
  readonly end: (isDue: boolean) => void;
}

/** The failed records of a partition that wait for another attempt to handle or store them. */
export class RetryWaits {
  readonly #running = new Set<Wait>();
  /** Waits before a store that ended while suspended. */
  readonly #held: Wait[] = [];
  #state: 'open' | 'suspended' | 'closed' = 'open';

  /** @param due called when a record is due, also while suspended */
  constructor(
    private readonly clock: Clock,
    private readonly due: (record: InFlightRecord) => void,
  ) {}

  /** How many records, or batches, wait. */
  get count(): number {
    return this.#running.size + this.#held.length;
  }

  /**
   * Waits before a record is handled again. Not held while suspended: the dispatcher starts nothing then.
   * @returns true once it is due; false if the partition is closed before that
   */
  beforeCall(record: InFlightRecord, delayMs: number): Promise<boolean> {
    return this.#wait(record, delayMs, ({ end }) => end(true));
  }

  /**
   * Waits before a record is stored again. Held while suspended: if the partition is lost meanwhile, its offset could
   * not be committed.
   * @returns true once it is due; false if the partition is closed before that
   */
  beforeStore(record: InFlightRecord, delayMs: number): Promise<boolean> {
    return this.#wait(record, delayMs, (wait) => {
      if (this.#state === 'suspended') this.#held.push(wait);
      else wait.end(true);
    });
  }

  /** Holds all stores until `resume`. */
  suspend(): void {
    if (this.#state === 'open') this.#state = 'suspended';
  }

  /** Ends `suspend`: the stores that became due meanwhile are retried. */
  resume(): void {
    if (this.#state !== 'suspended') return;
    this.#state = 'open';
    for (const { end } of this.#held.splice(0)) end(true);
  }

  /** Cancels all pending attempts. */
  close(): void {
    this.#state = 'closed';
    for (const { cancel } of this.#running) cancel();
    for (const { end } of [...this.#running, ...this.#held]) end(false);
    this.#running.clear();
    this.#held.length = 0;
  }

  #wait(record: InFlightRecord, delayMs: number, ended: (wait: Wait) => void): Promise<boolean> {
    record.retryAt = this.clock.now() + delayMs;
    if (this.#state === 'closed') return Promise.resolve(false);
    return new Promise((end) => {
      const cancel = this.clock.schedule(delayMs, () => {
        this.#running.delete(wait);
        record.retryAt = 0;
        this.due(record);
        ended(wait);
      });
      const wait: Wait = { cancel, end };
      this.#running.add(wait);
    });
  }
}
