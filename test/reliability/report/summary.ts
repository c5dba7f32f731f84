import { formatCount, formatDuration } from './format.js';
import type { Check, FaultEvent, Report, Result, Runtime } from './result.js';

/** The outcome of a result; one without checks has not passed. */
export interface Verdict {
  readonly kind: 'passed' | 'failed' | 'unchecked';
  readonly text: string;
}

/** A comparison of the runtimes that ran one scenario. */
export interface Comparison {
  readonly scenario: string;
  readonly rows: readonly ComparisonRow[];
}

/** One measurement with the values of all compared runtimes; several runs of one are in order. */
export interface ComparisonRow {
  readonly measure: string;
  readonly values: Readonly<Record<Runtime, string>>;
}

/** The order of runtimes in every comparison. */
export const RUNTIMES: readonly Runtime[] = ['ours', 'nest', 'kafkajs'];
/** Shown for a missing value. */
export const NONE = '–';

const MEASURES: readonly (readonly [string, (result: Result) => string])[] = [
  ['lost', (result) => measured(result, 'lost')],
  ['repeated', ({ counts }) => formatCount(counts.repeated)],
  ['overtaken', (result) => measured(result, 'overtaken')],
  ['stuck', (result) => measured(result, 'stuck')],
  ['caught up after', caughtUpAfter],
];

/** Whether a result passed, and which checks failed. */
export function verdictOf({ checks }: Result): Verdict {
  const failed = checks.filter(({ passed }) => !passed);
  if (failed.length > 0) {
    return { kind: 'failed', text: `failed: ${failed.map(({ name }) => name).join(', ')}` };
  }
  return checks.length > 0 ? { kind: 'passed', text: 'passed' } : { kind: 'unchecked', text: 'not checked' };
}

/** The measured value of a check; {@link NONE} if it was not made. */
export function measured({ checks }: Result, name: Check['name']): string {
  return checks.find((check) => check.name === name)?.measured ?? NONE;
}

/** How long after the last fault the group had caught up. */
export function caughtUpAfter({ counts }: Result): string {
  return counts.caughtUpAfterMs === undefined ? 'never' : formatDuration(counts.caughtUpAfterMs);
}

/** The number of faults of each kind, in the order of their first occurrence: `3 × kill, 1 × pause`. */
export function faultsByKind(faults: readonly FaultEvent[]): string {
  const struck = (kind: string) => faults.filter(({ fault }) => fault === kind).length;
  const kinds = [...new Set(faults.map(({ fault }) => fault))];
  return kinds.map((kind) => `${struck(kind)} × ${kind}`).join(', ') || 'none';
}

/** The scenarios that more than one runtime ran, in the report's order. */
export function comparisonsOf({ results }: Report): readonly Comparison[] {
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
  return scenarios
    .map((scenario) => ({ scenario, runs: results.filter((result) => result.scenario === scenario) }))
    .filter(({ runs }) => new Set(runs.map(({ runtime }) => runtime)).size > 1)
    .map(({ scenario, runs }) => ({ scenario, rows: MEASURES.map(([name, of]) => compare(runs, name, of)) }));
}

function compare(
  runs: readonly Result[],
  measure: string,
  valueOf: (result: Result) => string,
): ComparisonRow {
  const valuesOf = (runtime: Runtime) =>
    runs
      .filter((run) => run.runtime === runtime)
      .map(valueOf)
      .join('; ') || NONE;
  return {
    measure,
    values: { ours: valuesOf('ours'), nest: valuesOf('nest'), kafkajs: valuesOf('kafkajs') },
  };
}
