import type { FetchedRecord, InFlightRecord } from '../../../pipeline/index.js';
import { type ContextServices, KafkaRecordContext } from '../../context/kafka-record.context.js';
import { valueOf } from '../../payload/payload.js';
import { validated } from '../../payload/schema.js';
import type { HandlerBinding, InvocationServices } from './handler-binding.js';
import { callContext, HandlerCall, within } from './handler-call.js';
import { completed, completionOfRecord, started } from './results.js';

/** Calls a controller's method for single records. */
export class RecordInvocation {
  readonly read = 'one';
  readonly completion = completionOfRecord;
  // Private at run time: a context that an application serializes leads here, and must not lead to its services.
  readonly #binding: HandlerBinding;
  readonly #services: InvocationServices;
  readonly #contextServices: ContextServices;

  constructor(binding: HandlerBinding, services: InvocationServices) {
    this.#binding = binding;
    this.#services = services;
    this.#contextServices = services.contextServices(binding.options.groupId);
  }

  /** `Class.method`. */
  get name(): string {
    return this.#binding.name;
  }

  /** Decodes and validates the record, and calls the method in a context of its own. */
  invoke(record: InFlightRecord): unknown {
    const { name, options } = this.#binding;
    const { tracer } = this.#services;
    const call = new HandlerCall(name, record, undefined, tracer);
    const span = tracer?.begin(call, options.groupId);
    if (span) return within(call, (first) => span.run(() => this.#handle(first)));
    if (!callContext.isCheap) return within(call, (first) => this.#handle(first));
    const outer = callContext.enter(call);
    try {
      return this.#handle(record);
    } finally {
      callContext.leave(outer);
    }
  }

  #handle(record: InFlightRecord): unknown {
    const { schema, value } = this.#binding.options;
    if (schema) return this.#handleValidated(record, schema);
    const fetched = record.record;
    let payload: unknown;
    try {
      payload = valueOf(fetched, value);
    } catch (error) {
      return this.#handleUndecodable(record, fetched, error);
    }
    return this.#call(record, fetched, payload);
  }

  async #handleValidated(
    record: InFlightRecord,
    schema: NonNullable<HandlerBinding['options']['schema']>,
  ): Promise<unknown> {
    const fetched = record.record;
    let payload: unknown;
    try {
      payload = await validated(schema, valueOf(fetched, this.#binding.options.value));
    } catch (error) {
      return this.#handleUndecodable(record, fetched, error);
    }
    return this.#call(record, fetched, payload);
  }

  #call(record: InFlightRecord, fetched: FetchedRecord, payload: unknown): unknown {
    const binding = this.#binding;
    const services = this.#services;
    const { direct } = binding;
    if (direct && !direct.takesContext && !services.instrumented)
      return started(direct.invoke(payload, undefined), completionOfRecord);
    const context = new KafkaRecordContext(record, payload, this.#contextServices, fetched);
    if (direct && !services.instrumented) return started(direct.invoke(payload, context), completionOfRecord);
    const run = (): unknown => services.instrument(context, () => binding.callback(payload, context));
    return binding.isEvent ? completed(run(), completionOfRecord) : services.respond(binding, context, run);
  }

  /** An undecodable request is answered like any other failure. */
  #handleUndecodable(record: InFlightRecord, fetched: FetchedRecord, error: unknown): unknown {
    if (this.#binding.isEvent) throw error;
    const context = new KafkaRecordContext(record, undefined, this.#contextServices, fetched);
    return this.#services.respond(this.#binding, context, () => Promise.reject(error));
  }
}
