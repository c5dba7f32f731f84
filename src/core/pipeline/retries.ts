import type { Cancel, Clock } from '../clock.js';
import { type Backoff, backoffMs } from '../failures/backoff.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { RunnerEvents } from './runner.js';

/** Waits before a partition's failed records are tried again. */
export class Retries {
  readonly #waits = new Set<Cancel>();
  #closed = false;

  constructor(
    private readonly backoff: Backoff,
    private readonly events: RunnerEvents,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /** Notes the failure, says so, and calls `again` once the record has waited. */
  later(record: InFlightRecord, error: unknown, again: () => void): void {
    record.failures++;
    record.lastError = error;
    const delayMs = backoffMs(this.backoff, record.failures, this.random());
    record.retryAt = this.clock.now() + delayMs;
    this.events.retrying(record, error, delayMs);
    if (this.#closed) return;
    const cancel = this.clock.schedule(delayMs, () => {
      this.#waits.delete(cancel);
      record.retryAt = 0;
      again();
    });
    this.#waits.add(cancel);
  }

  /** Nothing is tried again any more. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
  }
}
