import { formatCount } from './format.js';
import type { Report, Result } from './result.js';
import {
  caughtUpAfter,
  comparisonsOf,
  faultsByKind,
  measured,
  NONE,
  RUNTIMES,
  verdictOf,
} from './summary.js';

const OURS = ['scenario', 'faults', 'records', 'repeats / bound', 'lost', 'overtaken', 'caught up after'];

/** The summary as GitHub tables: the results of the service, then those of its peers. */
export function markdownTable(report: Report): string {
  const ours = report.results.filter(({ runtime }) => runtime === 'ours');
  const compared = comparisonsOf(report).flatMap(({ scenario, rows }) =>
    rows.map(({ measure, values }) => [scenario, measure, ...RUNTIMES.map((runtime) => values[runtime])]),
  );
  return [
    ...(ours.length > 0 ? [table([...OURS, 'verdict'], ours.map(ownRow))] : []),
    ...(compared.length > 0 ? [table(['scenario', 'measure', ...RUNTIMES], compared)] : []),
  ].join('\n');
}

function ownRow(result: Result): readonly string[] {
  const repeats = result.checks.find(({ name }) => name === 'repeats');
  return [
    result.scenario,
    faultsByKind(result.faults),
    formatCount(result.counts.acknowledged),
    `${formatCount(result.counts.repeated)} / ${repeats?.bound ?? NONE}`,
    measured(result, 'lost'),
    measured(result, 'overtaken'),
    caughtUpAfter(result),
    verdictOf(result).text,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(escape))];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** Escapes the text of a cell: no markup, line breaks or further cells. */
function escape(text: string): string {
  // Underscores within a word, as in the name of a setting, need no escaping.
  return text.replaceAll(/[\\|<>*`[\]&]|\b_|_\b/g, '\\$&').replaceAll(/\s+/g, ' ');
}
