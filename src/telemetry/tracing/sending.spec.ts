import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { toOffset } from '../../pipeline/index.js';
import { CallContextManager } from './call-context.manager.js';
import { OpenTelemetryTracer } from './open-telemetry.tracer.js';
import { samplingOf } from './sampling.js';

const exporter = new InMemorySpanExporter();
const sampling = samplingOf({ sampler: 'always_on', ratio: 1, url: '', serviceName: 'test' });
const provider = new TracerProvider({
  sampler: sampling.sampler,
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
});
const tracer = new OpenTelemetryTracer(provider.getTracer('test'), sampling);

beforeEach(() => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  context.setGlobalContextManager(new CallContextManager().enable());
});
afterEach(() => {
  exporter.reset();
  propagation.disable();
  context.disable();
});

describe('the span of a record that is sent', () => {
  test('it is a PRODUCER span within the active one, and the trace continues in the headers of the record', () => {
    const handler = provider.getTracer('test').startSpan('process orders');
    const sent = context.with(trace.setSpan(context.active(), handler), () => tracer.sending('order-events'));
    sent.end({ topic: 'order-events', partition: 2, offset: toOffset(7) });
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'send order-events',
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'order-events',
        'messaging.destination.partition.id': '2',
        'messaging.kafka.offset': 7,
      },
    });
    const { traceId } = handler.spanContext();
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(sent.headers).toEqual({ traceparent: `00-${traceId}-${span?.spanContext().spanId}-01` });
  });

  test('it names the error of a record that was not written', () => {
    tracer.sending('order-events').fail(new TypeError('no value'));
    expect(exporter.getFinishedSpans()[0]).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'TypeError' },
    });
  });
});
