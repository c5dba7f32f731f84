import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';
import { CALL_BOUNDS_MS, type CallTimes } from '../../pipeline/index.js';

/** Name, help text and labels of a metric. */
export interface Family<Label extends string> {
  readonly name: string;
  /** What it counts or measures, and its unit. */
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/** Label values by label name. */
export type Labels<Label extends string> = Readonly<Partial<Record<Label, string | number>>>;

/**
 * A value, its own labels, and labels that it shares with other samples. prom-client serializes a shared-labels object
 * only once if the same object is used at every scrape; serialization is most of the cost with many partitions.
 */
export type Sample<Label extends string, Value = number> = readonly [
  own: Labels<Label>,
  value: Value,
  shared?: Labels<Label>,
];

/** Reads the samples at each scrape; a series without a sample is no longer exported. */
export type Samples<Label extends string, Value = number> = () => Iterable<Sample<Label, Value>>;

/** The own labels of a sample whose labels are all shared. */
export const NO_LABELS = {};

/** Registers a gauge. */
export function gauge<Label extends string>(
  registry: Registry,
  family: Family<Label>,
  samples: Samples<Label>,
): Gauge<Label> {
  return new SampledGauge(registry, family, samples);
}

/** Registers a counter whose values are counted elsewhere. */
export function counter<Label extends string>(
  registry: Registry,
  family: Family<Label>,
  samples: Samples<Label>,
): Counter<Label> {
  return new SampledCounter(registry, family, samples);
}

/** A gauge that exports its samples directly; prom-client's own gauge looks up the labels of every value. */
class SampledGauge<Label extends string> extends Gauge<Label> {
  constructor(
    registry: Registry,
    family: Family<Label>,
    private readonly samples: Samples<Label>,
  ) {
    super({ ...family, registers: [registry] });
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<Label>>> {
    return { ...(await super.get()), values: toldOf(this.samples()) };
  }

  /** What the registry asks for instead of `get` where it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValue<Label>>> {
    return this.get();
  }
}

/** The same for a counter. */
class SampledCounter<Label extends string> extends Counter<Label> {
  constructor(
    registry: Registry,
    family: Family<Label>,
    private readonly samples: Samples<Label>,
  ) {
    super({ ...family, registers: [registry] });
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<Label>>> {
    return { ...(await super.get()), values: toldOf(this.samples()) };
  }

  /** What the registry asks for instead of `get` where it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValue<Label>>> {
    return this.get();
  }
}

function toldOf<Label extends string>(samples: Iterable<Sample<Label>>): MetricValue<Label>[] {
  return Array.from(samples, ([labels, value, sharedLabels = NO_LABELS]) => ({
    labels,
    value,
    sharedLabels,
  }));
}

/** Registers a histogram whose values are counted elsewhere. */
export function callHistogram(
  registry: Registry,
  family: Family<string>,
  samples: Samples<string, CallTimes>,
): Histogram {
  return new CallHistogram(registry, family, samples);
}

/** A value with shared labels, which the library's types do not declare. */
type Told = MetricValueWithName<string> & { readonly sharedLabels: Labels<string> };

/**
 * A histogram that exports existing counts. prom-client's own histogram only accepts single observations and looks up
 * the labels for each of them.
 */
class CallHistogram extends Histogram {
  /** Provides the library's metadata of a histogram. */
  readonly #description: Histogram;

  constructor(
    registry: Registry,
    private readonly family: Family<string>,
    private readonly samples: Samples<string, CallTimes>,
  ) {
    super({ ...family, registers: [registry] });
    this.#description = new Histogram({ ...family, registers: [] });
  }

  override async get(): Promise<MetricObjectWithValues<Told>> {
    const described = await this.#description.get();
    return { ...described, values: [...this.samples()].flatMap((sample) => this.#valuesOf(sample)) };
  }

  /** What the registry asks for instead of `get` where it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<Told>> {
    return this.get();
  }

  #valuesOf([labels, times, sharedLabels = NO_LABELS]: Sample<string, CallTimes>): Told[] {
    const { name } = this.family;
    let calls = 0;
    const buckets = times.counts.map((count, at): Told => {
      calls += count;
      const bound = CALL_BOUNDS_MS[at];
      const le = bound === undefined ? '+Inf' : bound / 1000;
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, sharedLabels, value: calls };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, sharedLabels, value: times.sumMs / 1000 },
      { metricName: `${name}_count`, labels, sharedLabels, value: calls },
    ];
  }
}
