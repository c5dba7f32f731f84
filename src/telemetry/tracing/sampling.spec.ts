import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { context, propagation, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../../config/index.js';
import { InFlightRecord, toOffset } from '../../pipeline/index.js';
import { HandlerCall, within } from '../../transport/index.js';
import { callFields } from '../call-fields.js';
import { CallContextManager } from './call-context.manager.js';
import { OpenTelemetryTracer } from './open-telemetry.tracer.js';
import { samplingOf } from './sampling.js';
import { idleOwner } from '../../pipeline/testing/idle-owner.js';

const TRACE = 'a'.repeat(32);
const PARENT = 'b'.repeat(16);

let exported: InMemorySpanExporter;
beforeEach(() => {
  exported = new InMemorySpanExporter();
  context.setGlobalContextManager(new CallContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterEach(() => {
  context.disable();
  propagation.disable();
  trace.disable();
});

/** Calls a handler for a record, as the runtime does. */
function caller(sampler: TracingConfig['sampler'], ratio: number) {
  const sampling = samplingOf({ sampler, ratio, url: 'http://none', serviceName: 's' });
  const spanProcessors = [new SimpleSpanProcessor({ exporter: exported })];
  const provider = new TracerProvider({ sampler: sampling.sampler, spanProcessors });
  trace.setGlobalTracerProvider(provider);
  const tracer = new OpenTelemetryTracer(provider.getTracer('runtime'), sampling);
  return <T>(flags: '00' | '01' | undefined, run: () => T): T => {
    const headers = flags === undefined ? undefined : { traceparent: `00-${TRACE}-${PARENT}-${flags}` };
    const fetched = { offset: toOffset(0), key: null, value: null, timestamp: '1', headers };
    const first = new InFlightRecord(idleOwner, fetched, 0, 1, undefined, 0);
    first.startedAt = 1;
    const call = new HandlerCall('Handler.on', first, undefined, tracer);
    const span = tracer.begin(call, 'group');
    return within(call, () => (span ? span.run(run) : run())) as T;
  };
}

/** OpenTelemetry calls made by the handler itself. */
function work(): { traceId: string; sampled: boolean; parent: string | undefined } {
  const active = trace.getSpanContext(context.active());
  const span = trace.getTracer('handler').startSpan('work');
  span.end();
  const { traceId, traceFlags } = span.spanContext();
  return { traceId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0, parent: active?.spanId };
}

const names = (): string[] => exported.getFinishedSpans().map(({ name }) => name);

describe('a call that is not sampled', () => {
  test('an unsampled call has no span, and neither has code in its handler, even after an await', async () => {
    const call = caller('parentbased_traceidratio', 0);
    const seen = await call(undefined, async () => {
      const before = work();
      await new Promise(setImmediate);
      return [before, work()];
    });
    expect(seen.map(({ sampled }) => sampled)).toEqual([false, false]);
    expect(seen[0]).toEqual(seen[1]);
    expect(names()).toEqual([]);
  });

  test('an unsampled call stays in the trace of its record, for called services and for the log', () => {
    const call = caller('parentbased_always_on', 1);
    const { carrier, fields } = call('00', () => {
      const into: Record<string, string> = {};
      propagation.inject(context.active(), into);
      return { carrier: into, fields: callFields() };
    });
    expect(fields).toMatchObject({ traceId: TRACE, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(fields.spanId).not.toBe(PARENT);
    expect(carrier).toEqual({ traceparent: `00-${TRACE}-${fields.spanId}-00` });
    expect(names()).toEqual([]);
  });

  test('an unsampled call has its trace in the log even if nothing else uses it', () => {
    const call = caller('parentbased_always_on', 1);
    expect(call('00', callFields)).toMatchObject({ traceId: TRACE });
  });

  test('an unsampled call has its own trace if its record has none', () => {
    const call = caller('always_off', 1);
    const ids = [1, 2].map(() => call(undefined, () => work().traceId));
    expect(new Set(ids).size).toBe(2);
  });

  test('code in an unsampled call can enter the root context', () => {
    const call = caller('parentbased_traceidratio', 0);
    const inRoot = call(undefined, () => context.with(ROOT_CONTEXT, () => work().parent));
    expect(inRoot).toBeUndefined();
  });
});

describe('a call that is sampled', () => {
  test('a call whose record was sampled has a span below the one that produced it, for any ratio', () => {
    const call = caller('parentbased_traceidratio', 0);
    expect(call('01', work)).toMatchObject({ traceId: TRACE, sampled: true });
    expect(names()).toEqual(['work', 'process t']);
    const [inner, outer] = exported.getFinishedSpans();
    expect(outer?.parentSpanContext?.spanId).toBe(PARENT);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  test('a call sampled at random has a span, and traces started in it outside its trace are sampled independently', () => {
    const call = caller('parentbased_traceidratio', 0.5);
    let own = 0;
    const draws = 400;
    for (let at = 0; at < draws; at++) {
      call(undefined, () => trace.getTracer('handler').startSpan('own', { root: true }).end());
    }
    for (const name of names()) if (name === 'own') own++;
    // Six standard deviations: fails by chance once in a billion runs.
    for (const count of [own, names().length - own]) expect(Math.abs(count - draws / 2)).toBeLessThan(60);
  });
});

test.each(['always_on', 'traceidratio', 'parentbased_always_on'] as const)(
  '%s takes every record',
  (name) => {
    const call = caller(name, 1);
    expect(call(undefined, work).sampled).toBe(true);
  },
);
