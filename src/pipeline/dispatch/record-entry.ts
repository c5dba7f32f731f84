import type { Clock } from '../time/clock.js';
import type { Dispatcher } from './dispatcher.js';
import { byteLengthOf, type FetchedRecord } from '../records/fetched.js';
import { InFlightRecord, type RecordOwner } from '../records/in-flight.js';
import type { Order } from '../handler/handler.js';
import { keyNameOf } from '../records/key-name.js';
import type { Settlement } from '../commit/settlement.js';
import type { UnparkedDispatcher } from './unparked-dispatcher.js';

/** Takes records into a partition: from here on they are in flight. */
export class RecordEntry {
  constructor(
    private readonly owner: RecordOwner,
    private readonly order: Order,
    private readonly settlement: Settlement,
    private readonly dispatcher: Dispatcher<unknown>,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes in the next record of the partition's log.
   * @param receivedAt ms since the epoch
   */
  fromLog(fetched: FetchedRecord, receivedAt: number): void {
    const bytes = byteLengthOf(fetched);
    const sequence = this.settlement.tracker.nextSequence;
    const lane = this.#laneOf(fetched);
    const record = new InFlightRecord(this.owner, fetched, sequence, receivedAt, lane, bytes);
    this.settlement.add(record);
    this.dispatcher.enqueue(record);
  }

  /** Takes in an unparked record. It has no place in the log's order and does not affect the committable offset. */
  unparked(fetched: FetchedRecord, dispatcher: UnparkedDispatcher): void {
    const bytes = byteLengthOf(fetched);
    const now = this.clock.now();
    const record = new InFlightRecord(this.owner, fetched, 0, now, undefined, bytes, 'parked');
    this.settlement.add(record);
    dispatcher.start(record);
  }

  #laneOf(fetched: FetchedRecord): string | undefined {
    switch (this.order) {
      case 'partition':
        return '';
      case 'key':
        return keyNameOf(fetched);
      case 'none':
        return undefined;
    }
  }
}
