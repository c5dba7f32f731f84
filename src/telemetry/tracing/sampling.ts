import { type Context, createContextKey, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../../config/index.js';
import type { FetchedRecord } from '../../pipeline/index.js';
import { contextOf } from './record-context.js';

/** Which spans are sent. */
export interface Sampling {
  /** For OpenTelemetry, which asks it of each span that is begun. */
  readonly sampler: Sampler;
  /**
   * What a record's span begins in; undefined where it would not be sent. To ask this first spares all others what a
   * span costs that nobody is going to see: several microseconds, more than the rest of the way through the service.
   */
  parentOf(record: FetchedRecord): Context | undefined;
}

/** By OpenTelemetry's own names. */
export function samplingOf({ sampler, ratio }: TracingConfig): Sampling {
  switch (sampler) {
    case 'always_on':
      return { sampler: new AlwaysOnSampler(), parentOf: contextOf };
    case 'always_off':
      return { sampler: new AlwaysOffSampler(), parentOf: () => undefined };
    case 'traceidratio':
      // It depends on the trace's id, which OpenTelemetry makes along with the span.
      return { sampler: new TraceIdRatioBasedSampler(ratio), parentOf: contextOf };
    case 'parentbased_always_on':
      return parentBased(1);
    case 'parentbased_always_off':
      return parentBased(0);
    case 'parentbased_traceidratio':
      return parentBased(ratio);
  }
}

const CHOSEN = createContextKey('chosen to be sent');
const CHOSEN_ROOT = ROOT_CONTEXT.setValue(CHOSEN, true);

function parentBased(ratio: number): Sampling {
  return {
    sampler: new ParentBasedSampler({ root: new RootSampler(new TraceIdRatioBasedSampler(ratio)) }),
    parentOf: (record) => {
      const parent = contextOf(record);
      const span = parent === ROOT_CONTEXT ? undefined : trace.getSpanContext(parent);
      if (!span) return Math.random() < ratio ? CHOSEN_ROOT : undefined;
      return span.traceFlags & TraceFlags.SAMPLED ? parent : undefined;
    },
  };
}

/** Takes what was chosen before; of others as many as it is told. */
class RootSampler implements Sampler {
  constructor(private readonly others: Sampler) {}

  shouldSample(...asked: Parameters<Sampler['shouldSample']>): SamplingResult {
    const [context] = asked;
    if (context.getValue(CHOSEN) === true) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.others.shouldSample(...asked);
  }

  toString(): string {
    return this.others.toString();
  }
}
