import { table } from '../../src/replay/commands/output.js';
import { terminalLine } from '../../src/text/terminal-safe.js';
import type { DeadTransfer } from './dead-letters.js';
import type { Journal } from './journal.js';
import { ACCOUNTS, nameOf, TRANSFERS } from './transfers.js';

const COLUMNS = 80;
const INDENT = '   ';

/** Prints the heading of a part of the demo. */
export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Prints indented texts, each wrapped at the width of a terminal. */
export function lines(...texts: string[]): void {
  for (const text of texts) console.log(wrapped(terminalLine(text)));
}

/** Continuation lines are indented once more. */
function wrapped(text: string): string {
  const [first = '', ...words] = text.split(/(?<=\S) (?=\S)/);
  let line = INDENT + first;
  let above = '';
  for (const word of words) {
    if (line.length + 1 + word.length <= COLUMNS) line += ` ${word}`;
    else {
      above += `${line}\n`;
      line = INDENT + INDENT + word;
    }
  }
  return above + line;
}

/** A dead letter, for `lines`. */
export function deadLine({ transfer, reason, message, attempts }: DeadTransfer): string {
  const [first = ''] = message.split('\n');
  const calls = attempts === 1 ? 'at once' : `after ${attempts} attempts`;
  return `${transfer.padEnd(8)} ${calls.padEnd(16)} ${reason}: ${first}`;
}

/** The outcome of all transfers, by account. */
export function resultTable(journal: Journal, dead: ReadonlySet<string>): string {
  const rows = ACCOUNTS.map((account) => {
    const sent = TRANSFERS.filter((transfer) => transfer.account === account);
    return [account, ...Object.values(journal.outcomeOf(sent, dead))];
  });
  const total = ['total', ...Object.values(journal.outcomeOf(TRANSFERS, dead))];
  const head = ['account', 'sent', 'handled', 'again', 'dead letters', 'lost', 'out of order'];
  return table(head, [...rows, total]);
}

/** The workers that handled transfers of an account, in that order. */
export function workersOf(journal: Journal, account: string): number[] {
  const calls = journal.calls.filter(({ transfer }) => transfer.account === account);
  return [...new Set(calls.map(({ worker }) => worker))];
}

/** The accounts of these calls, in the order of the picture. */
export function accountsOf(calls: Journal['calls']): string {
  const found = new Set(calls.map(({ transfer }) => transfer.account));
  return ACCOUNTS.filter((account) => found.has(account)).join(', ');
}

/** Problems of the outcome; empty if all guarantees were kept. */
export function problemsOf(journal: Journal, dead: readonly DeadTransfer[], lag: number): string[] {
  const { lost, outOfOrder } = journal.outcomeOf(TRANSFERS, new Set(dead.map(({ transfer }) => transfer)));
  const known = new Set(TRANSFERS.map(nameOf));
  return [
    ...(lost > 0 ? [`${lost} transfers were neither handled nor stored`] : []),
    ...(outOfOrder > 0 ? [`${outOfOrder} calls were out of order`] : []),
    ...(dead.length === 2 && dead.every(({ transfer }) => known.has(transfer))
      ? []
      : [`there are ${dead.length} dead letters instead of 2`]),
    ...(lag > 0 ? [`${lag} records are not committed`] : []),
  ];
}
