import type { MessageHandler } from '@nestjs/microservices';
import {
  type BatchHandler,
  type FailedRecord,
  type FetchedRecord,
  type Handler,
  type InFlightRecord,
  type RecordHandler,
  UndecodableRecordsError,
  isHandledAgain,
} from '../../../pipeline/index.js';
import type { CallSpan, CallTracer } from './call-tracer.js';
import type { DirectCall } from '../registry/direct-calls.js';
import { HandlerCall, within } from './handler-call.js';
import type { ResolvedHandlerOptions } from '../options/handler-options.js';
import { KafkaBatchContext } from '../../context/kafka-batch.context.js';
import { type ContextServices, KafkaRecordContext } from '../../context/kafka-record.context.js';
import { failureRouting, type FailureServices, type HandledTopic } from '../failures/failure-routing.js';
import { valueOf } from '../../payload/payload.js';
import { type Completion, completionOfBatch, completionOfRecord } from './results.js';
import { validated } from '../../payload/schema.js';
import { allOf } from './several-handlers.js';

/** A controller's method, as Nest registers it with a transport. */
export interface HandlerBinding {
  readonly pattern: string | RegExp;
  /** `Class.method`, for messages. */
  readonly name: string;
  readonly callback: MessageHandler;
  readonly isEvent: boolean;
  /** Calls it without Nest's pipeline; undefined if the method has guards, pipes or other enhancers. */
  readonly direct: DirectCall | undefined;
  readonly options: ResolvedHandlerOptions;
}

/** The services of the transport that handler calls use. */
export interface InvocationServices {
  readonly failures: FailureServices;
  /** Undefined if calls are not traced. */
  readonly tracer: CallTracer | undefined;
  /** The services of the contexts of a group's records. */
  contextServices(groupId: string): ContextServices;
  /** Whether Nest's processing hooks are set. */
  readonly instrumented: boolean;
  /** Runs a call between Nest's processing hooks. */
  instrument(context: KafkaRecordContext, call: () => unknown): unknown;
  /** Runs a call, and answers the record if it is a request. */
  respond(binding: HandlerBinding, context: KafkaRecordContext, call: () => unknown): unknown;
  /** Tells the sender of a request that it failed for good. */
  failedForGood(failed: FailedRecord): Promise<void>;
}

/** Creates a topic's handler from the controllers' methods for it. */
export function toHandler(
  bindings: readonly HandlerBinding[],
  services: InvocationServices,
  topic: HandledTopic,
): Handler | undefined {
  const [first] = bindings;
  if (!first) return undefined;
  const { commit, order, concurrency, timeoutMs } = first.options;
  const failing = failureRouting(first.options, services.failures, topic);
  const shared = { commit, order, concurrency, timeoutMs, ...failing };
  if (bindings.some(({ isEvent }) => !isEvent)) shared.store = answeringStore(failing.store, services);
  return first.options.read === 'batch'
    ? { ...shared, ...batchCalls(first, services), completion: completionOfBatch }
    : { ...shared, ...recordCalls(bindings, first.options, services), completion: completionOfRecord };
}

/** A request that fails for good is answered here, unless its handler is called again. */
function answeringStore(store: Handler['store'], services: InvocationServices): Handler['store'] {
  return async (how, failed, parkingStore) => {
    const destination = await store(how, failed, parkingStore);
    if (!isHandledAgain(destination)) await services.failedForGood(failed);
    return destination;
  };
}

function recordCalls(
  bindings: readonly HandlerBinding[],
  { failures, timeoutMs }: ResolvedHandlerOptions,
  services: InvocationServices,
): Pick<RecordHandler, 'read' | 'invoke'> {
  const calls = bindings.map((binding) => recordCall(binding, services));
  const [only] = calls;
  if (calls.length === 1 && only) return { read: 'one', invoke: only };
  const named = calls.map((call, at) => ({ name: bindings[at]?.name ?? '', call: awaitingCompletion(call) }));
  return { read: 'one', invoke: allOf(named, failures.policy.retry, timeoutMs !== undefined) };
}

function batchCalls(
  { name, callback, direct, options }: HandlerBinding,
  services: InvocationServices,
): Pick<BatchHandler, 'read' | 'maxRecords' | 'maxWaitMs' | 'invoke'> {
  const { maxRecords, maxWaitMs } = options;
  const contextServices = services.contextServices(options.groupId);
  const decodeAll = batchDecoder(options);
  const { tracer } = services;
  const call = async (records: readonly InFlightRecord[], head: InFlightRecord): Promise<unknown> => {
    const payloads = await decodeAll(records);
    const context = new KafkaBatchContext(records, head, payloads, contextServices);
    if (direct && !services.instrumented) return started(direct.call(payloads, context), completionOfBatch);
    return completed(
      services.instrument(context, () => callback(payloads, context)),
      completionOfBatch,
    );
  };
  const invoke = (records: readonly InFlightRecord[]): unknown => {
    const [head] = records;
    if (!head) return undefined;
    const under = new HandlerCall(name, head, records.length, tracer);
    const run = (): unknown => call(records, head);
    const span = tracer?.begin(under, options.groupId, records);
    return within(under, span ? inSpan(span, run) : run);
  };
  return { read: 'batch', maxRecords, maxWaitMs, invoke };
}

type Call = (record: InFlightRecord) => unknown;

/** A call that resolves once its result is complete. */
function awaitingCompletion(call: Call): Call {
  return async (record) => {
    const result = await call(record);
    await completionOfRecord(result);
    return result;
  };
}

function recordCall(binding: HandlerBinding, services: InvocationServices): Call {
  const { name, callback, direct, isEvent, options } = binding;
  const decode = decoder(options);
  const contextServices = services.contextServices(options.groupId);
  const call = (record: InFlightRecord, fetched: FetchedRecord, payload: unknown): unknown => {
    if (direct && !direct.takesContext && !services.instrumented)
      return started(direct.call(payload, undefined), completionOfRecord);
    const context = new KafkaRecordContext(record, payload, contextServices, fetched);
    if (direct && !services.instrumented) return started(direct.call(payload, context), completionOfRecord);
    const run = (): unknown => services.instrument(context, () => callback(payload, context));
    return isEvent ? completed(run(), completionOfRecord) : services.respond(binding, context, run);
  };
  /** An undecodable request is answered like any other failure. */
  const handleUndecodable = (record: InFlightRecord, fetched: FetchedRecord, error: unknown): unknown => {
    if (isEvent) throw error;
    const context = new KafkaRecordContext(record, undefined, contextServices, fetched);
    return services.respond(binding, context, () => Promise.reject(error));
  };
  const checked = async (record: InFlightRecord): Promise<unknown> => {
    const fetched = record.record;
    let payload: unknown;
    try {
      payload = await decode(record);
    } catch (error) {
      return handleUndecodable(record, fetched, error);
    }
    return call(record, fetched, payload);
  };
  const plain = (record: InFlightRecord): unknown => {
    const fetched = record.record;
    let payload: unknown;
    try {
      payload = decode(record);
    } catch (error) {
      return handleUndecodable(record, fetched, error);
    }
    return call(record, fetched, payload);
  };
  const run = options.schema ? checked : plain;
  const { tracer } = services;
  if (!tracer) return (record) => within(new HandlerCall(name, record), run);
  return (record) => {
    const under = new HandlerCall(name, record, undefined, tracer);
    const span = tracer.begin(under, options.groupId);
    return within(under, span ? inSpan(span, run) : run);
  };
}

/** Not inlined: the closure would cost every call, and most calls have no span. */
function inSpan(span: CallSpan, run: Call): Call {
  return (record) => span.run(() => run(record));
}

/** Decodes a record for its handler, and validates it if there is a schema. */
function decoder({ value: format, schema }: ResolvedHandlerOptions): (record: InFlightRecord) => unknown {
  const decode = ({ record }: InFlightRecord): unknown => valueOf(record, format);
  return schema ? (record) => validated(schema, decode(record)) : decode;
}

type BatchDecoder = (records: readonly InFlightRecord[]) => readonly unknown[] | Promise<readonly unknown[]>;

/** Decodes a batch; fails with the errors of all undecodable records. */
function batchDecoder(options: ResolvedHandlerOptions): BatchDecoder {
  const decode = decoder(options);
  const decodeEach = async (records: readonly InFlightRecord[]): Promise<readonly unknown[]> => {
    const decoded = await Promise.allSettled(records.map(async (record) => decode(record)));
    const errors = decoded.flatMap((each, at) =>
      each.status === 'rejected' ? [[at, each.reason] as const] : [],
    );
    if (errors.length > 0) throw new UndecodableRecordsError(new Map(errors));
    return decoded.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  };
  if (options.schema) return decodeEach;
  return (records) => {
    try {
      return records.map(decode);
    } catch {
      return decodeEach(records);
    }
  };
}

/** Subscribes to a stream of results at once, so that it runs as part of the call. */
function started(result: unknown, completion: Completion): unknown {
  return result instanceof Promise ? result : (completion(result) ?? result);
}

/** The same for a promise of a stream. */
function completed(result: unknown, completion: Completion): unknown {
  return result instanceof Promise ? result.then((value: unknown) => completion(value) ?? value) : result;
}
