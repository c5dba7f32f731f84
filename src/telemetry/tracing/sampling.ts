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

/** Decides which spans are sent. */
export interface Sampling {
  /** The sampler that OpenTelemetry calls for each span that is started. */
  readonly sampler: Sampler;
  /**
   * The parent context of a record's span; undefined if the span would not be sampled. Deciding this first avoids the
   * cost of an unsampled span: several microseconds, more than the rest of the record's path through the service.
   */
  parentOf(record: FetchedRecord): Context | undefined;
}

/** The sampling for a sampler named as in OpenTelemetry's specification. */
export function samplingOf({ sampler, ratio }: TracingConfig): Sampling {
  switch (sampler) {
    case 'always_on':
      return { sampler: new AlwaysOnSampler(), parentOf: contextOf };
    case 'always_off':
      return { sampler: new AlwaysOffSampler(), parentOf: () => undefined };
    case 'traceidratio':
      // The decision depends on the trace id, which OpenTelemetry creates together with the span.
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

/** Samples the spans that `parentOf` has chosen already, and leaves others to the given sampler. */
class RootSampler implements Sampler {
  constructor(private readonly others: Sampler) {}

  shouldSample(...args: Parameters<Sampler['shouldSample']>): SamplingResult {
    const [context] = args;
    if (context.getValue(CHOSEN) === true) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.others.shouldSample(...args);
  }

  toString(): string {
    return this.others.toString();
  }
}
