import { BatchRecordError, KafkaBatchContext, type KafkaRecordContext } from '../kafka/index.js';
import { gateOf } from './gate.js';
import type { IdempotencyStore } from './idempotency-store.js';
import type { IdempotentHandler } from './idempotent-handler.js';
import { keyOf } from './record-key.js';

/** Calls the handler; in a batch perhaps with fewer records than were delivered. */
export type Call = (payload: unknown, context: KafkaRecordContext) => Promise<void>;

/** Hands one record to its handler, unless it was handled before. Returns whether it did. */
export async function deliverRecord(
  store: IdempotencyStore,
  { scope, key, groupId }: IdempotentHandler,
  { payload, context, call }: { payload: unknown; context: KafkaRecordContext; call: Call },
): Promise<boolean> {
  const { owner: at, records, signal } = context;
  const keys = records.map(({ record }) => keyOf(key, groupId, { at, record, payload, context }));
  return store.once({ scope, keys, signal }, (unit) => call(payload, context.behind(gateOf(unit, records))));
}

/** Hands those records of a batch to its handler that were not handled before, in one transaction. */
export class BatchDelivery {
  /** The place of each key's first record. */
  readonly #places = new Map<string, number>();
  /** The first record without a key, if there is one. */
  #keyless: BatchRecordError | undefined;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly handler: IdempotentHandler,
    private readonly context: KafkaBatchContext,
    private readonly call: Call,
  ) {
    for (const index of context.records.keys()) {
      if (!this.#addKey(index)) break;
    }
  }

  /**
   * @throws BatchRecordError for a record that failed, or has no key; those before it have had their effect
   */
  async deliver(): Promise<void> {
    await this.#deliverBefore(this.context.records.length);
    if (this.#keyless) throw this.#keyless;
  }

  /**
   * The records before `end`. When one fails, the effect of the whole transaction is taken back, also of those
   * before it, which the runtime would now take for done: they are handled once more, without it.
   */
  async #deliverBefore(end: number): Promise<void> {
    const keys = [...this.#places].filter(([, index]) => index < end).map(([key]) => key);
    if (keys.length === 0) return;
    let indexes: readonly number[] = [];
    try {
      const { scope } = this.handler;
      await this.store.once({ scope, keys, signal: this.context.signal }, (unit) => {
        indexes = unit.fresh.flatMap((key) => this.#places.get(key) ?? []);
        const chosen = new Set(indexes);
        const records = this.context.records.filter((_, index) => chosen.has(index));
        const context = this.context.selectBehind(gateOf(unit, records), indexes);
        return this.call(context.payloads, context);
      });
    } catch (error) {
      if (!(error instanceof BatchRecordError)) throw error;
      const failed = indexes[error.index];
      if (failed === undefined) throw error.cause;
      await this.#deliverBefore(failed);
      throw new BatchRecordError(failed, error.cause);
    }
  }

  #addKey(index: number): boolean {
    const { context, handler } = this;
    const [inFlight] = context.at(index).records;
    if (!inFlight) return false;
    const payload = context.payloads[index];
    const keyed = { at: context.owner, record: inFlight.record, payload, context: context.at(index) };
    try {
      const key = keyOf(handler.key, handler.groupId, keyed);
      if (!this.#places.has(key)) this.#places.set(key, index);
      return true;
    } catch (error) {
      this.#keyless = new BatchRecordError(index, error);
      return false;
    }
  }
}
