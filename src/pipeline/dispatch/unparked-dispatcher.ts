import type { Clock } from '../time/clock.js';
import type { InFlightRecord } from '../records/in-flight.js';
import type { FailureHandler } from '../failures/failure-handler.js';
import { ANSWERED, type Handler } from '../handler/handler.js';
import type { Parking } from '../parking/parking.js';
import type { DispatchEvents } from './dispatcher.js';

/**
 * Calls the handler for unparked records. They bypass their key's lane: new records of the key are parked behind them
 * without being handled, until the last of them is handled.
 */
export class UnparkedDispatcher {
  readonly #waiting: InFlightRecord[] = [];
  #suspended = false;
  #running = 0;

  constructor(
    private readonly handler: Handler,
    private readonly events: DispatchEvents,
    private readonly failures: FailureHandler,
    private readonly parking: Parking,
    private readonly clock: Clock,
  ) {}

  /** Whether a handler is running for an unparked record. */
  get busy(): boolean {
    return this.#running > 0;
  }

  /** Unparked records whose handler is running. */
  get activeCalls(): number {
    return this.#running;
  }

  /** Starts the record, or keeps it until `resume` while suspended. */
  start(record: InFlightRecord): void {
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
    this.#running++;
    const now = this.clock.now();
    this.events.started(record, now);
    this.events.callStarted(record, now);
    try {
      await this.#call(record);
    } catch (error) {
      this.#running--;
      this.events.stopped(record);
      const resolution = this.failures.handle(record, error);
      this.events.returned();
      if ((await resolution) === 'again') this.start(record);
      this.failures.resolved();
      return;
    }
    this.events.stopped(record);
    // The record counts as running until it is removed from the parking topic: a rejoin before that would handle it
    // twice.
    await this.parking.handled(record);
    this.#running--;
    this.events.succeeded(record, this.clock.now());
    this.events.returned();
  }

  async #call(record: InFlightRecord): Promise<void> {
    const { handler } = this;
    try {
      const result: unknown = await (handler.read === 'one'
        ? handler.invoke(record)
        : handler.invoke([record]));
      await handler.completion(result);
      const late = result === ANSWERED ? undefined : this.events.overdue(record);
      if (late) throw late;
    } finally {
      this.events.callEnded(record, this.clock.now());
    }
  }
}
