import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';
import { CALL_BOUNDS_MS, type CallTimes } from '../../core/pipeline/topic-counts.js';

/** Names, and what a scrape is told of them. */
export interface Family<Label extends string> {
  readonly name: string;
  /** What it counts or measures, and its unit. */
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/** A value, and the labels it is told with. */
export type Sample<Label extends string, Value = number> = readonly [
  labels: Readonly<Record<Label, string | number>>,
  value: Value,
];

/** Looked up at each scrape: whatever has no sample any more is no longer told. */
export type Samples<Label extends string, Value = number> = () => Iterable<Sample<Label, Value>>;

/** Registers a gauge. */
export function gauge<Label extends string>(
  registry: Registry,
  family: Family<Label>,
  samples: Samples<Label>,
): Gauge<Label> {
  return new Gauge({
    ...family,
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of samples()) this.set(labels, value);
    },
  });
}

/** Registers a counter of what is counted elsewhere. */
export function counter<Label extends string>(
  registry: Registry,
  family: Family<Label>,
  samples: Samples<Label>,
): Counter<Label> {
  return new Counter({
    ...family,
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of samples()) this.inc(labels, value);
    },
  });
}

/** Registers a histogram of calls that are counted elsewhere. */
export function callHistogram(
  registry: Registry,
  family: Family<string>,
  samples: Samples<string, CallTimes>,
): Histogram {
  return new CallHistogram(registry, family, samples);
}

type Told = MetricValueWithName<string>;

/**
 * Takes the counts as they are: prom-client's own histogram can only be told of one call after the other, and for
 * each it looks its labels up anew.
 */
class CallHistogram extends Histogram {
  /** Tells what the library says of a histogram beside its values. */
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

  #valuesOf([labels, times]: Sample<string, CallTimes>): Told[] {
    const { name } = this.family;
    let calls = 0;
    const buckets = times.counts.map((count, at): Told => {
      calls += count;
      const bound = CALL_BOUNDS_MS[at];
      const le = bound === undefined ? '+Inf' : bound / 1000;
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: calls };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: times.sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: calls },
    ];
  }
}
