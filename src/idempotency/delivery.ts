import { rejectionsOf } from '../pipeline/index.js';
import { BatchRecordError, KafkaBatchContext, type KafkaRecordContext } from '../transport/index.js';
import { gateOf } from './gate.js';
import type { IdempotencyStore, UnitOfWork } from './idempotency-store.js';
import type { IdempotentHandler } from './idempotent-handler.js';
import { keyOf } from './record-key.js';

/** Calls the handler; in a batch perhaps with fewer records than were delivered. */
export type Call = (payload: unknown, context: KafkaRecordContext) => Promise<unknown>;

/** Hands one record to its handler, unless it was handled before. Returns whether it did. */
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

/** The handler gave an outcome for each record, and some of them are failures. */
class RejectedRecords extends Error {
  /** @param reasons by the record's place in what the handler was given */
  constructor(readonly reasons: ReadonlyMap<number, unknown>) {
    const [first] = reasons.values();
    super('some records of the batch failed', { cause: first });
  }
}

/** Hands those records of a batch to its handler that were not handled before, in one transaction. */
export class BatchDelivery {
  /** The place of each key's first record. */
  readonly #places = new Map<string, number>();
  /** Why the record of a key has failed, where the handler has gone on behind it. */
  readonly #rejected = new Map<string, unknown>();
  /** The first record that ends the batch: its handler stopped there, or it has no key. */
  #end: BatchRecordError | undefined;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly handler: IdempotentHandler,
    private readonly context: KafkaBatchContext,
    private readonly call: Call,
  ) {}

  /**
   * When a record fails, the effect of the whole transaction is taken back, also of the others, which the runtime
   * takes for done: those are handled once more, without it.
   *
   * @returns an outcome for each record of the batch where the handler gave some and not all are good
   * @throws BatchRecordError for a record that failed, or has no key; those before it have had their effect
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

  /** Handles what has not failed so far; whether nothing more of it has. */
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

  /** Notes the records that an error names; whether it names any. */
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

  /** The key of each record, up to the first that has none. */
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
