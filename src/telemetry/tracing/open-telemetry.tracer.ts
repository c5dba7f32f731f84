import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import {
  describeError,
  type FetchedRecord,
  type InFlightRecord,
  type RawHeaders,
} from '../../pipeline/index.js';
import type { CallSpan, CallTrace, CallTracer, HandlerCall, SendSpan } from '../../transport/index.js';
import { contextOf, headersFrom } from './record-context.js';
import type { Sampling } from './sampling.js';
import { UnsampledCall } from './unsampled-call.js';

/**
 * Starts a span for each handler call, following OpenTelemetry's conventions for messaging. A record's span is a child
 * of the span that produced the record. A batch's span is linked to those of all its records, since a span can have
 * only one parent. A call that is not sampled has no span.
 */
export class OpenTelemetryTracer implements CallTracer {
  /** The context of the last sampled call for a record. */
  readonly #contexts = new WeakMap<FetchedRecord, Context>();

  constructor(
    private readonly tracer: Tracer,
    private readonly sampling: Sampling,
  ) {}

  begin(call: HandlerCall, groupId: string, batch?: readonly InFlightRecord[]): CallSpan | undefined {
    const parent = batch ? ROOT_CONTEXT : this.sampling.parentOf(call.first.record);
    return parent && this.#begin(parent, call, groupId, batch);
  }

  unsampled({ first }: HandlerCall): CallTrace {
    return new UnsampledCall(first);
  }

  #begin(
    parent: Context,
    call: HandlerCall,
    groupId: string,
    batch: readonly InFlightRecord[] | undefined,
  ): CallSpan {
    const links = batch ? batch.flatMap(({ record }) => linkTo(contextOf(record))) : [];
    const { topic } = call.first.owner;
    const span = this.tracer.startSpan(
      `process ${topic}`,
      { kind: SpanKind.CONSUMER, attributes: attributesOf(call, groupId), links },
      parent,
    );
    // Not within CHOSEN_ROOT: it would sample every span that is started in it without a parent.
    const within = trace.setSpan(trace.getSpanContext(parent) ? parent : ROOT_CONTEXT, span);
    for (const { record } of batch ?? [call.first]) this.#contexts.set(record, within);
    const { traceId, spanId } = span.spanContext();
    call.trace = { traceId, spanId };
    return { run: (work) => ended(span, () => context.with(within, work)) };
  }

  sending(topic: string): SendSpan {
    const parent = context.active();
    const span = this.tracer.startSpan(
      `send ${topic}`,
      { kind: SpanKind.PRODUCER, attributes: sendAttributesOf(topic) },
      parent,
    );
    return {
      headers: headersFrom(trace.setSpan(parent, span)),
      end: ({ partition, offset }) => {
        span.setAttribute('messaging.destination.partition.id', String(partition));
        if (offset !== undefined) span.setAttribute('messaging.kafka.offset', Number(offset));
        span.end();
      },
      fail: (error) => fail(span, error),
    };
  }

  headersOf(record: FetchedRecord): RawHeaders {
    const within = this.#contexts.get(record);
    return within ? headersFrom(within) : {};
  }
}

function linkTo(of: Context): { context: NonNullable<ReturnType<typeof trace.getSpanContext>> }[] {
  const linked = trace.getSpanContext(of);
  return linked ? [{ context: linked }] : [];
}

function sendAttributesOf(topic: string): Attributes {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
  };
}

/** The span's attributes. They never contain the key, which is as private as the payload. */
function attributesOf({ first, handler, batchSize }: HandlerCall, groupId: string): Attributes {
  const { topic, partition } = first.owner;
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.consumer.group.name': groupId,
    'messaging.kafka.offset': Number(first.offset),
    ...(batchSize !== undefined && { 'messaging.batch.message_count': batchSize }),
    ...(first.record.value === null && { 'messaging.kafka.message.tombstone': true }),
    'code.function.name': handler,
    'kafka_consumer.attempt': first.failures + 1,
  };
}

/** Runs the call and ends the span when it succeeds or fails. */
function ended(span: Span, call: () => unknown): unknown {
  try {
    const result = call();
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then(
      (value: unknown) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        fail(span, error);
        throw error;
      },
    );
  } catch (error) {
    fail(span, error);
    throw error;
  }
}

function fail(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: describeError(error) });
  span.end();
}
