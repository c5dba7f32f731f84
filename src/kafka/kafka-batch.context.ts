import type { KafkaContext } from '@nestjs/microservices';
import type { FetchedRecord } from '../core/records/fetched.js';
import type { InFlightRecord } from '../core/records/in-flight.js';
import { KafkaRecordContext, type Confirmable, type ContextServices } from './kafka-record.context.js';

/**
 * The context of a batch: its records, in offset order, all of one partition. The getters of Nest's
 * `KafkaContext` speak of the first.
 */
export class KafkaBatchContext extends KafkaRecordContext implements Confirmable {
  readonly #records: readonly InFlightRecord[];
  readonly #fetched: readonly FetchedRecord[];

  constructor(
    records: readonly InFlightRecord[],
    first: InFlightRecord,
    /** What the handler gets, one for each record. */
    readonly payloads: readonly unknown[],
    services: ContextServices,
  ) {
    super(first, payloads[0], services);
    this.#records = records;
    this.#fetched = records.map(({ record }) => record);
  }

  override get records(): readonly InFlightRecord[] {
    return this.#records;
  }

  /** Settles the batch, and resolves once the broker has acknowledged the commit. */
  commit(): Promise<void> {
    return this.owner.commit(this.#records);
  }

  /** The context of one of the batch's records. */
  at(index: number): KafkaContext {
    const record = this.#records[index];
    if (!record) throw new RangeError(`the batch has ${this.#records.length} records, none at ${index}`);
    return new KafkaRecordContext(record, this.payloads[index], this.services, this.#fetched[index]);
  }
}
