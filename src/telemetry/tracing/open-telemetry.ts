import { Logger } from '@nestjs/common';
import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../../config/index.js';
import { LineLimit } from '../../kafka/line-limit.js';
import { OpenTelemetryTracer } from './open-telemetry.tracer.js';

/** What started, and how to stop it. */
export interface StartedTracing {
  readonly tracer: OpenTelemetryTracer;
  /** Sends what was not sent yet. */
  stop(): Promise<void>;
}

/** Starts OpenTelemetry, for the runtime and for whatever of the service's own code uses its API. */
export function startTracing(config: TracingConfig): StartedTracing {
  diag.setLogger(diagnostics(), DiagLogLevel.WARN);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': config.serviceName })),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: config.url }) })],
  });
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    tracer: new OpenTelemetryTracer(provider.getTracer('nestjs-kafka-consumer')),
    stop: async () => {
      await provider.shutdown();
      trace.disable();
      propagation.disable();
      context.disable();
      diag.disable();
    },
  };
}

function samplerOf({ sampler, ratio }: TracingConfig): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** A collector that is away must not fill the log. */
function diagnostics(): Parameters<typeof diag.setLogger>[0] {
  const logger = new Logger('OpenTelemetry');
  const limit = new LineLimit();
  const write = (message: string): void => {
    const summarize = (leftOut: number): void => logger.warn(`${leftOut} more lines were left out`);
    if (limit.admits('diagnostics', summarize)) logger.warn(message);
  };
  const ignore = (): void => undefined;
  return { error: write, warn: write, info: ignore, debug: ignore, verbose: ignore };
}
