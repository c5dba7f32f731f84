import { Logger } from '@nestjs/common';
import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../../config/index.js';
import { LineLimit } from '../../transport/index.js';
import { CallContextManager } from './call-context.manager.js';
import { OpenTelemetryTracer } from './open-telemetry.tracer.js';
import { samplingOf } from './sampling.js';

/** What started, and how to stop it. */
export interface StartedTracing {
  readonly tracer: OpenTelemetryTracer;
  /** Sends what was not sent yet. */
  stop(): Promise<void>;
}

/** Starts OpenTelemetry, for the runtime and for whatever of the service's own code uses its API. */
export function startTracing(config: TracingConfig): StartedTracing {
  diag.setLogger(diagnostics(), DiagLogLevel.WARN);
  const sampling = samplingOf(config);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': config.serviceName }))
      // By the standard a name among the attributes goes before any but OTEL_SERVICE_NAME, which this reads, too.
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: sampling.sampler,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: config.url }) })],
  });
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  context.setGlobalContextManager(new CallContextManager().enable());
  return {
    tracer: new OpenTelemetryTracer(provider.getTracer('nestjs-kafka-consumer'), sampling),
    stop: async () => {
      await provider.shutdown();
      trace.disable();
      propagation.disable();
      context.disable();
      diag.disable();
    },
  };
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
