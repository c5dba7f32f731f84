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
  return exporting(registry, (registers) => new Gauge({ ...family, registers }), exported(samples));
}

/** Registers a counter whose values are counted elsewhere. */
export function counter<Label extends string>(
  registry: Registry,
  family: Family<Label>,
  samples: Samples<Label>,
): Counter<Label> {
  return exporting(registry, (registers) => new Counter({ ...family, registers }), exported(samples));
}

/** Registers a histogram whose values are counted elsewhere. */
export function callHistogram(
  registry: Registry,
  family: Family<string>,
  samples: Samples<string, CallTimes>,
): Histogram {
  return exporting(
    registry,
    (registers) => new Histogram({ ...family, registers }),
    () => [...samples()].flatMap((sample) => histogramValues(family.name, sample)),
  );
}

/** A metric of prom-client. */
interface Metric<Value extends MetricValue<string>> {
  get(): Promise<MetricObjectWithValues<Value>>;
}

/**
 * Registers a metric that exports values of its own. prom-client's metrics store each value by its labels, and look
 * these up at every scrape; a histogram of it only accepts single observations.
 */
function exporting<Value extends MetricValue<string>, M extends Metric<Value>>(
  registry: Registry,
  create: (registers: Registry[]) => M & Metric<Value>,
  values: () => Value[],
): M {
  const description = create([]);
  const get = async (): Promise<MetricObjectWithValues<Value>> => {
    return { ...(await description.get()), values: values() };
  };
  // The registry calls `getForPromString` if a metric has it.
  return Object.assign(create([registry]), { get, getForPromString: get });
}

function exported<Label extends string>(samples: Samples<Label>): () => MetricValue<Label>[] {
  return () =>
    Array.from(samples(), ([labels, value, sharedLabels = NO_LABELS]) => ({ labels, value, sharedLabels }));
}

/** A value with shared labels, which the library's types do not declare. */
type SharingValue = MetricValueWithName<string> & { readonly sharedLabels: Labels<string> };

function histogramValues(
  name: string,
  [labels, times, sharedLabels = NO_LABELS]: Sample<string, CallTimes>,
): SharingValue[] {
  let calls = 0;
  const buckets = times.counts.map((count, at): SharingValue => {
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
