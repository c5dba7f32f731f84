import Table from 'cli-table3';
import { terminalLine } from '../text/terminal-safe.js';
import type { HandlerSummary } from '../transport/index.js';

const HEAD = ['topic', 'handler', 'order', 'concurrency', 'on failure'];
const GAP = '  ';
/** A table without lines, so that it takes few columns. */
const CHARS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

/** Formats handlers as a table, one group after another; names are wrapped if the table has too many columns. */
export function handlerTable(handlers: readonly HandlerSummary[], columns = 100): string {
  const groups = new Set(handlers.map(({ group }) => group));
  const rows = handlers.map(cellsOf);
  const table = new Table({
    head: HEAD,
    chars: CHARS,
    colWidths: widthsOf([HEAD, ...rows], columns),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const group of groups) {
    const members = handlers.filter((handler) => handler.group === group);
    table.push([{ content: `group ${terminalLine(group)}`, colSpan: HEAD.length }], ...members.map(cellsOf));
  }
  return table.toString().replaceAll(/ +$/gm, '');
}

function cellsOf({ topic, handler, order, concurrency, onFailure }: HandlerSummary): string[] {
  return [topic, handler, order, String(concurrency), onFailure].map(terminalLine);
}

/** The widths of the columns; the widest are narrowed until all of them fit. */
function widthsOf(rows: readonly (readonly string[])[], columns: number): number[] {
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  let excess = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
  for (; excess > 0; excess--) {
    const widest = Math.max(...widths);
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}
