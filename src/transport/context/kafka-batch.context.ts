import type { FetchedRecord, InFlightRecord, RecordOwner } from '../../pipeline/index.js';
import { type ConfirmationGate, GatedOwner } from './confirmation-gate.js';
import { KafkaRecordContext, type ContextServices, gatedServices } from './kafka-record.context.js';

/**
 * The context of a batch handler: the batch's records in offset order, all of one partition. The getters of Nest's
 * `KafkaContext` return values of the first record.
 *
 * @example
 * @KafkaHandler('orders', { read: 'batch' })
 * async onOrders(@Payload() orders: Order[], @Ctx() context: KafkaBatchContext): Promise<void> {
 *   for (const [index, { offset }] of context.records.entries()) await this.store(orders[index], offset);
 * }
 */
export class KafkaBatchContext extends KafkaRecordContext {
  readonly #records: readonly InFlightRecord[];
  readonly #fetched: readonly FetchedRecord[];

  /** @internal */
  constructor(
    records: readonly InFlightRecord[],
    first: InFlightRecord,
    /** The decoded values, one for each record. */
    readonly payloads: readonly unknown[],
    services: ContextServices,
    owner: RecordOwner = first.owner,
  ) {
    super(first, payloads[0], services, first.record, owner);
    this.#records = records;
    this.#fetched = records.map(({ record }) => record);
  }

  override get records(): readonly InFlightRecord[] {
    return this.#records;
  }

  /**
   * A context with only the records at these indexes, for a handler whose confirmations go through a gate.
   * @internal
   */
  selectBehind(gate: ConfirmationGate, indexes: readonly number[]): KafkaBatchContext {
    const records = indexes.map((index) => this.#recordAt(index));
    const [first] = records;
    if (!first) throw new RangeError('a batch has at least one record');
    const payloads = indexes.map((index) => this.payloads[index]);
    const owner = new GatedOwner(this.owner, gate);
    return new KafkaBatchContext(records, first, payloads, gatedServices(this.services, gate), owner);
  }

  /** The context of one of the batch's records. */
  at(index: number): KafkaRecordContext {
    const record = this.#recordAt(index);
    const { payloads, services, owner } = this;
    return new KafkaRecordContext(record, payloads[index], services, this.#fetched[index], owner);
  }

  #recordAt(index: number): InFlightRecord {
    const record = this.#records[index];
    if (!record) throw new RangeError(`the batch has ${this.#records.length} records, none at ${index}`);
    return record;
  }
}
