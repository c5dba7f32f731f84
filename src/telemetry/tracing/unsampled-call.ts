import { type Context, trace, TraceFlags } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';
import type { InFlightRecord } from '../../pipeline/index.js';
import type { CallTrace } from '../../transport/index.js';
import { contextOf } from './record-context.js';

const ids = new RandomIdGenerator();

/**
 * The position of an unsampled call in its trace. Spans started within it are not sampled either, and the decision is
 * propagated to called services. Its ids are created on first use: most calls never need them.
 */
export class UnsampledCall implements CallTrace {
  #context: Context | undefined;

  /**
   * @param first the first record of the call; once it is settled, its headers, and with them its trace, are dropped
   */
  constructor(private readonly first: InFlightRecord) {}

  get traceId(): string {
    return trace.getSpanContext(this.context)?.traceId ?? '';
  }

  get spanId(): string {
    return trace.getSpanContext(this.context)?.spanId ?? '';
  }

  /** A context with its own span context within the record's trace. */
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
