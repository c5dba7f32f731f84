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
import { LineLimit } from '../../text/line-limit.js';
import { CallContextManager } from './call-context.manager.js';
import { OpenTelemetryTracer } from './open-telemetry.tracer.js';
import { samplingOf } from './sampling.js';

/** Started tracing. */
export interface StartedTracing {
  readonly tracer: OpenTelemetryTracer;
  /** Sends the remaining spans and stops OpenTelemetry. */
  stop(): Promise<void>;
}

/** Starts OpenTelemetry for the runtime and for application code that uses its API. */
export function startTracing(config: TracingConfig): StartedTracing {
  diag.setLogger(diagnostics(), DiagLogLevel.WARN);
  const sampling = samplingOf(config);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': config.serviceName }))
      // By the specification, service.name in OTEL_RESOURCE_ATTRIBUTES is overridden only by OTEL_SERVICE_NAME; the
      // detector reads both.
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

/** Logs OpenTelemetry's diagnostics, rate-limited: an unavailable collector must not fill the log. */
function diagnostics(): Parameters<typeof diag.setLogger>[0] {
  const logger = new Logger('OpenTelemetry');
  const limit = new LineLimit();
  const write = (message: string): void => {
    const summarize = (leftOut: number): void => logger.warn(`${leftOut} more lines were suppressed`);
    if (limit.admits('diagnostics', summarize)) logger.warn(message);
  };
  const ignore = (): void => undefined;
  return { error: write, warn: write, info: ignore, debug: ignore, verbose: ignore };
}
