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

/** The report's summary as GitHub tables: the service's own results, then what its peers did beside it. */
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

/** A cell's text is text: no markup, and neither a line nor a cell of its own. */
function escape(text: string): string {
  // An underscore within a word, as in a setting's name, is one to Markdown too.
  return text.replaceAll(/[\\|<>*`[\]&]|\b_|_\b/g, '\\$&').replaceAll(/\s+/g, ' ');
}
