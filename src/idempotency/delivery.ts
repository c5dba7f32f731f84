import { rejectionsOf } from '../pipeline/index.js';
import { BatchRecordError, KafkaBatchContext, type KafkaRecordContext } from '../transport/index.js';
import { gateOf } from './gate.js';
import type { IdempotencyStore, UnitOfWork } from './idempotency-store.js';
import type { IdempotentHandler } from './idempotent-handler.js';
import { keyOf } from './record-key.js';

/** Calls the handler; for a batch possibly with fewer records than were delivered. */
export type Call = (payload: unknown, context: KafkaRecordContext) => Promise<unknown>;

/** Passes one record to its handler, unless it was handled before. Returns whether the handler was called. */
export async function deliverRecord(
  store: IdempotencyStore,
  { scope, key, groupId }: IdempotentHandler,
  { payload, context, call }: { payload: unknown; context: KafkaRecordContext; call: Call },
): Promise<boolean> {
  const { owner: at, records, signal } = context;
  const keys = records.map(({ record }) => keyOf(key, groupId, { at, record, payload, context }));
  return store.once({ scope, keys, signal }, async (unit) => {
    await call(payload, context.behind(gateOf(unit, records)));
  });
}

/** The handler returned an outcome per record, and some of them are failures. */
class RejectedRecords extends Error {
  /** @param reasons by the record's index in the batch that the handler received */
  constructor(readonly reasons: ReadonlyMap<number, unknown>) {
    const [first] = reasons.values();
    super('some records of the batch failed', { cause: first });
  }
}

/** Passes the records of a batch that were not handled before to the handler, in one transaction. */
export class BatchDelivery {
  /** Index of the first record of each key. */
  readonly #places = new Map<string, number>();
  /** Errors by key of records that failed while the handler continued with the rest of the batch. */
  readonly #rejected = new Map<string, unknown>();
  /** The first record that ends the batch: the handler stopped there, or the record has no key. */
  #end: BatchRecordError | undefined;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly handler: IdempotentHandler,
    private readonly context: KafkaBatchContext,
    private readonly call: Call,
  ) {}

  /**
   * If a record fails, the whole transaction is rolled back, including records that the runtime would settle. Those are
   * handled again in a new transaction without the failed record.
   *
   * @returns an outcome per record if the handler returned outcomes and some records failed
   * @throws BatchRecordError for a record that failed or has no key; the effects of earlier records are durable
   */
  async deliver(): Promise<readonly PromiseSettledResult<unknown>[] | undefined> {
    const keys = this.#keys();
    while (!(await this.#tryOnce()));
    const rejectedAt = keys.findIndex((key) => this.#rejected.has(key));
    if (this.#end) {
      if (rejectedAt < 0) throw this.#end;
      throw new BatchRecordError(rejectedAt, this.#rejected.get(keys[rejectedAt] ?? ''));
    }
    if (rejectedAt < 0) return undefined;
    return keys.map((key) =>
      this.#rejected.has(key)
        ? { status: 'rejected', reason: this.#rejected.get(key) }
        : { status: 'fulfilled', value: undefined },
    );
  }

  /** Handles the records that have not failed so far. Returns false if another record failed. */
  async #tryOnce(): Promise<boolean> {
    const end = this.#end?.index ?? Infinity;
    const due = [...this.#places].filter(([key, index]) => index < end && !this.#rejected.has(key));
    if (due.length === 0) return true;
    let fresh: readonly string[] = [];
    try {
      const claim = { scope: this.handler.scope, keys: due.map(([key]) => key), signal: this.context.signal };
      await this.store.once(claim, async (unit) => {
        fresh = unit.fresh;
        await this.#call(unit);
      });
      return true;
    } catch (error) {
      if (!this.#blames(fresh, error)) throw error;
      return false;
    }
  }

  async #call(unit: UnitOfWork): Promise<void> {
    const chosen = new Set(unit.fresh.map((key) => this.#places.get(key)));
    const indexes = [...this.context.records.keys()].filter((index) => chosen.has(index));
    const records = this.context.records.filter((_, index) => chosen.has(index));
    const context = this.context.selectBehind(gateOf(unit, records), indexes);
    const outcomes = await this.call(context.payloads, context);
    const reasons = rejectionsOf(outcomes, records.length);
    if (reasons.size > 0) throw new RejectedRecords(reasons);
  }

  /** Records which records an error names as failed. Returns whether it names any. */
  #blames(fresh: readonly string[], error: unknown): boolean {
    if (error instanceof RejectedRecords) {
      for (const [at, reason] of error.reasons) this.#rejected.set(fresh[at] ?? '', reason);
      return true;
    }
    const key = error instanceof BatchRecordError ? fresh[error.index] : undefined;
    const index = key === undefined ? undefined : this.#places.get(key);
    if (!(error instanceof BatchRecordError) || index === undefined) return false;
    this.#end = new BatchRecordError(index, error.cause);
    return true;
  }

  /** The key of each record, up to the first record without a key. */
  #keys(): readonly string[] {
    const { context, handler } = this;
    const keys: string[] = [];
    for (const [index, { record }] of context.records.entries()) {
      const keyed = {
        at: context.owner,
        record,
        payload: context.payloads[index],
        context: context.at(index),
      };
      try {
        const key = keyOf(handler.key, handler.groupId, keyed);
        keys.push(key);
        if (!this.#places.has(key)) this.#places.set(key, index);
      } catch (error) {
        this.#end = new BatchRecordError(index, error);
        break;
      }
    }
    return keys;
  }
}
