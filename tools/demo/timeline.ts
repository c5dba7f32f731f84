import type { Call } from './journal.js';
import { ACCOUNTS } from './transfers.js';

const COLUMNS = 60;
const LABEL = 8;
const IDLE = '.';

/**
 * Draws the calls over time: one row for each account, one column for each slice of time.
 * @param markOf the character of a call; `x` marks a failed one, and `#` one whose worker was killed
 */
export function timeline(
  calls: readonly Call[],
  from: number,
  to: number,
  markOf: (call: Call) => string,
): string {
  const sliceMs = Math.max(1, Math.ceil((to - from) / COLUMNS));
  const rows = ACCOUNTS.map((account) => {
    const own = calls.filter(({ transfer }) => transfer.account === account);
    const marks = Array.from({ length: COLUMNS }, (_, at) =>
      markAt(own, from + at * sliceMs, sliceMs, markOf),
    );
    return label(account) + marks.join('');
  });
  return [label('seconds') + axis(sliceMs), ...rows].map((line) => `   ${line}`.trimEnd()).join('\n');
}

/** The call that a slice shows: a killed one, else a failed one, else the last. */
function markAt(
  calls: readonly Call[],
  from: number,
  sliceMs: number,
  markOf: (call: Call) => string,
): string {
  const inside = calls.filter((call) => call.from < from + sliceMs && (call.to ?? Infinity) > from);
  const endsHere = inside.filter(({ to }) => to !== undefined && to <= from + sliceMs);
  if (endsHere.some(({ outcome }) => outcome === 'killed')) return '#';
  if (endsHere.some(({ outcome }) => outcome === 'failed')) return 'x';
  const last = inside.at(-1);
  return last ? markOf(last) : IDLE;
}

/** The seconds above their columns; some are left out if there is not enough space. */
function axis(sliceMs: number): string {
  const stepSeconds = [1, 2, 5, 10, 20, 60].find((seconds) => (seconds * 1_000) / sliceMs >= 5) ?? 300;
  let line = '';
  for (let second = 0; ; second += stepSeconds) {
    const column = Math.round((second * 1_000) / sliceMs);
    if (column + String(second).length > COLUMNS) return line;
    line = line.padEnd(column) + second;
  }
}

function label(text: string): string {
  return text.padEnd(LABEL);
}
