import { type InFlightRecord, UndecodableRecordsError } from '../../../pipeline/index.js';
import { KafkaBatchContext } from '../../context/kafka-batch.context.js';
import type { ContextServices } from '../../context/kafka-record.context.js';
import { valueOf } from '../../payload/payload.js';
import { validated } from '../../payload/schema.js';
import type { HandlerBinding, InvocationServices } from './handler-binding.js';
import { HandlerCall, within } from './handler-call.js';
import { completed, completionOfBatch, started } from './results.js';

/** Calls a controller's method for batches of records. */
export class BatchInvocation {
  readonly read = 'batch';
  readonly completion = completionOfBatch;
  readonly maxRecords: number;
  readonly maxWaitMs: number;
  // Private at run time: a context that an application serializes leads here, and must not lead to its services.
  readonly #binding: HandlerBinding;
  readonly #services: InvocationServices;
  readonly #contextServices: ContextServices;

  constructor(binding: HandlerBinding, services: InvocationServices) {
    this.#binding = binding;
    this.#services = services;
    const { groupId, maxRecords, maxWaitMs } = binding.options;
    this.maxRecords = maxRecords;
    this.maxWaitMs = maxWaitMs;
    this.#contextServices = services.contextServices(groupId);
  }

  /** Decodes and validates the records, and calls the method in a context of its own. */
  invoke(records: readonly InFlightRecord[]): unknown {
    const [head] = records;
    if (!head) return undefined;
    const { name, options } = this.#binding;
    const { tracer } = this.#services;
    const call = new HandlerCall(name, head, records.length, tracer);
    const span = tracer?.begin(call, options.groupId, records);
    const run = (): unknown => this.#handle(records, head);
    return within(call, span ? () => span.run(run) : run);
  }

  async #handle(records: readonly InFlightRecord[], head: InFlightRecord): Promise<unknown> {
    const binding = this.#binding;
    const services = this.#services;
    const payloads = await this.#decoded(records);
    const context = new KafkaBatchContext(records, head, payloads, this.#contextServices);
    if (binding.direct && !services.instrumented)
      return started(binding.direct.invoke(payloads, context), completionOfBatch);
    return completed(
      services.instrument(context, () => binding.callback(payloads, context)),
      completionOfBatch,
    );
  }

  /** Fails with the errors of all undecodable records. */
  #decoded(records: readonly InFlightRecord[]): readonly unknown[] | Promise<readonly unknown[]> {
    const { schema, value } = this.#binding.options;
    if (schema) return this.#decodedEach(records);
    try {
      return records.map(({ record }) => valueOf(record, value));
    } catch {
      return this.#decodedEach(records);
    }
  }

  async #decodedEach(records: readonly InFlightRecord[]): Promise<readonly unknown[]> {
    const decoded = await Promise.allSettled(records.map(async (record) => this.#decode(record)));
    const errors = decoded.flatMap((each, at) =>
      each.status === 'rejected' ? [[at, each.reason] as const] : [],
    );
    if (errors.length > 0) throw new UndecodableRecordsError(new Map(errors));
    return decoded.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  }

  #decode({ record }: InFlightRecord): unknown {
    const { value, schema } = this.#binding.options;
    const payload = valueOf(record, value);
    return schema ? validated(schema, payload) : payload;
  }
}
