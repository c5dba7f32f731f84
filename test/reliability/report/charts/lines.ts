import { toMib } from '../format.js';
import type { Sample } from '../result.js';

// `service-10` comes after `service-9`.
const BY_NUMBER = new Intl.Collator('en', { numeric: true }).compare;

/** A time in ms since the start of the run, and the measured value; null is a gap. */
export type Point = readonly [number, number | null];

/** One line of a picture. A total that grows by whole records is drawn in steps. */
export interface Line {
  readonly name: string;
  readonly shape: 'curve' | 'steps';
  readonly points: readonly Point[];
}

/** A total of the samples as a line. */
export function totalLine(
  name: string,
  samples: readonly Sample[],
  totalOf: (sample: Sample) => number,
): Line {
  return { name, shape: 'steps', points: samples.map((sample) => [sample.atMs, totalOf(sample)]) };
}

/** The measured values of the samples as a line. */
export function stateLine(
  name: string,
  samples: readonly Sample[],
  stateOf: (sample: Sample) => number,
): Line {
  return { name, shape: 'curve', points: samples.map((sample) => [sample.atMs, stateOf(sample)]) };
}

/** The increase of a total per second, from each sample to the next. */
export function rateLine(
  name: string,
  samples: readonly Sample[],
  totalOf: (sample: Sample) => number,
): Line {
  const points = samples.slice(1).flatMap((sample, index): Point[] => {
    const before = samples[index];
    if (before === undefined || sample.atMs <= before.atMs) return [];
    return [[sample.atMs, ((totalOf(sample) - totalOf(before)) * 1000) / (sample.atMs - before.atMs)]];
  });
  return { name, shape: 'curve', points };
}

/** The resident memory of each instance in MiB, with gaps where it did not run. */
export function memoryLines(samples: readonly Sample[]): readonly Line[] {
  const names = [...new Set(samples.flatMap(({ rssBytes }) => Object.keys(rssBytes)))].toSorted(BY_NUMBER);
  return names.map((name) => ({
    name,
    shape: 'curve',
    points: withoutEdges(
      samples.map(({ atMs, rssBytes }) => {
        const bytes = rssBytes[name];
        return [atMs, bytes === undefined ? null : toMib(bytes)];
      }),
    ),
  }));
}

/** Without the gaps before its first and after its last value. */
function withoutEdges(points: readonly Point[]): readonly Point[] {
  const isValue = ([, value]: Point) => value !== null;
  return points.slice(Math.max(0, points.findIndex(isValue)), points.findLastIndex(isValue) + 1);
}
