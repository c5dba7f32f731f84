import { type Context, trace, TraceFlags } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';
import type { InFlightRecord } from '../../pipeline/index.js';
import type { CallTrace } from '../../transport/index.js';
import { contextOf } from './record-context.js';

const ids = new RandomIdGenerator();

/**
 * Where in its trace a call is whose span is not sent. What is begun within is not sent either, and whoever is
 * called is told so; its ids are made only once somebody asks, which for most calls is never.
 */
export class UnsampledCall implements CallTrace {
  #context: Context | undefined;

  /** @param first of the call's records; once it is settled, its trace is not known any more */
  constructor(private readonly first: InFlightRecord) {}

  get traceId(): string {
    return trace.getSpanContext(this.context)?.traceId ?? '';
  }

  get spanId(): string {
    return trace.getSpanContext(this.context)?.spanId ?? '';
  }

  /** With a span context of its own, within the record's trace. */
  get context(): Context {
    return (this.#context ??= this.#make());
  }

  #make(): Context {
    const parent = contextOf(this.first.record);
    const { traceId = ids.generateTraceId(), traceState } = trace.getSpanContext(parent) ?? {};
    return trace.setSpanContext(parent, {
      traceId,
      spanId: ids.generateSpanId(),
      traceFlags: TraceFlags.NONE,
      ...(traceState && { traceState }),
    });
  }
}
