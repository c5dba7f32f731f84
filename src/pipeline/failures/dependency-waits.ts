import type { InFlightRecord } from '../records/in-flight.js';

/** How long a record has waited for a dependency. Times are in ms. */
interface DependencyWait {
  /** Attempts in a row that found the dependency unavailable; 0 once one failed for another reason. */
  readonly tries: number;
  /** When the first of these attempts ended, in ms since the epoch. */
  readonly since: number;
  /** How long the record had waited before these attempts. */
  readonly earlierMs: number;
}

/** How long unsettled records have waited for dependencies: the retry policy does not count that time. */
export class DependencyWaits {
  readonly #waits = new Map<InFlightRecord, DependencyWait>();

  /** How many unsettled records have waited. */
  get size(): number {
    return this.#waits.size;
  }

  has(record: InFlightRecord): boolean {
    return this.#waits.has(record);
  }

  /**
   * An attempt found the dependency unavailable.
   * @param now ms since the epoch
   * @returns the number of such attempts in a row
   */
  unavailable(record: InFlightRecord, now: number): number {
    const known = this.#waits.get(record);
    const since = known && known.tries > 0 ? known.since : now;
    const tries = (known?.tries ?? 0) + 1;
    this.#waits.set(record, { tries, since, earlierMs: known?.earlierMs ?? 0 });
    return tries;
  }

  /**
   * An attempt found the dependency available.
   * @returns whether the record had waited for it until now
   */
  available(record: InFlightRecord, now: number): boolean {
    const wait = this.#waits.get(record);
    if (!wait || wait.tries === 0) return false;
    this.#waits.set(record, { tries: 0, since: 0, earlierMs: wait.earlierMs + now - wait.since });
    return true;
  }

  /** How long the record had waited when its dependency was last available, in ms. */
  waitedMs(record: InFlightRecord): number {
    return this.#waits.get(record)?.earlierMs ?? 0;
  }

  /**
   * The record is settled, or handled.
   * @returns whether it had waited for a dependency until now
   */
  end(record: InFlightRecord): boolean {
    const wait = this.#waits.get(record);
    this.#waits.delete(record);
    return wait !== undefined && wait.tries > 0;
  }

  clear(): void {
    this.#waits.clear();
  }
}
