import type { Clock } from '../time/clock.js';
import type { Settlement } from '../commit/settlement.js';
import { byteLengthOf, type FetchedRecord } from '../records/fetched.js';
import { InFlightRecord, type RecordOwner } from '../records/in-flight.js';
import type { FailureHandler } from '../failures/failure-handler.js';
import { ANSWERED, type Handler } from '../handler/handler.js';
import type { Parking } from '../parking/parking.js';
import type { CallResults } from './call-results.js';

/** The dependencies of an unparked dispatcher. */
export interface UnparkedDispatcherParts {
  readonly handler: Handler;
  readonly settlement: Settlement;
  readonly results: CallResults;
  readonly failures: FailureHandler;
  readonly parking: Parking;
  readonly owner: RecordOwner;
  readonly clock: Clock;
}

/**
 * Calls the handler for unparked records. They bypass their key's lane: new records of the key are parked behind them
 * without being handled, until the last of them is handled.
 */
export class UnparkedDispatcher {
  readonly #waiting: InFlightRecord[] = [];
  #suspended = false;
  #running = 0;

  constructor(private readonly parts: UnparkedDispatcherParts) {}

  /** Whether a handler is running for an unparked record. */
  get busy(): boolean {
    return this.#running > 0;
  }

  /** Unparked records whose handler is running. */
  get activeCalls(): number {
    return this.#running;
  }

  /** Takes in an unparked record. It has no place in the log's order and does not affect the committable offset. */
  receive(fetched: FetchedRecord): void {
    const { clock, owner, settlement } = this.parts;
    const bytes = byteLengthOf(fetched);
    const record = new InFlightRecord(owner, fetched, 0, clock.now(), undefined, bytes, 'parked');
    settlement.add(record);
    this.#start(record);
  }

  /** Starts the record, or keeps it until `resume` while suspended. */
  #start(record: InFlightRecord): void {
    if (this.#suspended) this.#waiting.push(record);
    else void this.#run(record);
  }

  /** Starts no more unparked records. */
  suspend(): void {
    this.#suspended = true;
  }

  /** Ends `suspend`, and starts the records that were kept. */
  resume(): void {
    this.#suspended = false;
    for (const record of this.#waiting.splice(0)) void this.#run(record);
  }

  async #run(record: InFlightRecord): Promise<void> {
    const { clock, failures, parking, results } = this.parts;
    this.#running++;
    const now = clock.now();
    results.started(record, now);
    results.callStarted(record, now);
    try {
      await this.#call(record);
    } catch (error) {
      this.#running--;
      results.stopped(record);
      const resolution = failures.handle(record, error);
      results.returned();
      if ((await resolution) === 'again') this.#start(record);
      failures.resolved();
      return;
    }
    results.stopped(record);
    // The record counts as running until it is removed from the parking topic: a rejoin before that would handle it
    // twice.
    await parking.handled(record);
    this.#running--;
    results.succeeded(record, clock.now());
    results.returned();
  }

  async #call(record: InFlightRecord): Promise<void> {
    const { clock, handler, results } = this.parts;
    try {
      const result: unknown = await (handler.read === 'one'
        ? handler.invoke(record)
        : handler.invoke([record]));
      await handler.completion(result);
      const late = result === ANSWERED ? undefined : results.overdue(record);
      if (late) throw late;
    } finally {
      results.callEnded(record, clock.now());
    }
  }
}
