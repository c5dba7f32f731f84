import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SERVICE_CONFIG, type ServiceConfig } from '../../config/index.js';
import { sleep } from '../../pipeline/index.js';
import { CALL_TRACER, type CallTracer } from '../../transport/index.js';
import type { StartedTracing } from './open-telemetry.js';

/** How long a collector that does not answer may delay the shutdown, in ms. */
const STOP_MS = 3_000;
const STARTED_TRACING = Symbol('STARTED_TRACING');

/** Sends the remaining spans at shutdown. */
@Injectable()
export class TracingEnd implements OnApplicationShutdown {
  constructor(@Inject(STARTED_TRACING) private readonly tracing: StartedTracing | undefined) {}

  async onApplicationShutdown(): Promise<void> {
    if (!this.tracing) return;
    const waited = new AbortController();
    const stopped = this.tracing.stop().catch(() => undefined);
    await Promise.race([stopped, sleep(STOP_MS, waited.signal)]);
    waited.abort();
  }
}

/** Provides tracing if a collector is configured; otherwise OpenTelemetry is not even loaded. */
@Global()
@Module({
  providers: [
    {
      provide: STARTED_TRACING,
      useFactory: async ({ tracing }: ServiceConfig): Promise<StartedTracing | undefined> => {
        if (!tracing) return undefined;
        const { startTracing } = await import('./open-telemetry.js');
        return startTracing(tracing);
      },
      inject: [SERVICE_CONFIG],
    },
    {
      provide: CALL_TRACER,
      useFactory: (started: StartedTracing | undefined): CallTracer | undefined => started?.tracer,
      inject: [STARTED_TRACING],
    },
    TracingEnd,
  ],
  exports: [CALL_TRACER],
})
export class TracingModule {}
