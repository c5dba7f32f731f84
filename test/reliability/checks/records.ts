import type { Commit } from '../cluster/committed.js';
import type { RecordTable } from '../ledger/record-table.js';
import type { Check } from '../report/result.js';
import { AFTER_MS, CAUGHT_UP_MS, UNCOMMITTED_MS } from '../settings.js';
import { CommitHistory } from './commit-history.js';
import { commitFaults } from './commits.js';
import { gapsOf } from './gaps.js';
import { type Disturbance, repeatsOf } from './repeats.js';

/** The evidence at the end of a run. */
export interface Evidence {
  readonly table: RecordTable;
  readonly overtaken: { readonly count: number; readonly examples: readonly string[] };
  readonly commits: readonly Commit[];
  readonly disturbances: readonly Disturbance[];
  /** Whether the scenario itself has moved committed offsets or changed their log. */
  readonly offsetsMove: boolean;
  /** Whether commits may pass an unhandled record, because it is stored elsewhere or has replaced another one. */
  readonly keepsAside?: boolean;
  /** Whether records of a key may be handled in another order than that of their offsets. */
  readonly unordered?: boolean;
  /** Time within which commits of deleted offsets must be corrected, if the scenario recreates the topic. */
  readonly takenBackWithinMs?: number;
  readonly caughtUpAfterMs: number | undefined;
  /** Why the scenario could not be completed. */
  readonly broken: string | undefined;
}

/** Checks the promises about records. */
export function checksOf(evidence: Evidence): Check[] {
  const { table, overtaken, unordered = false } = evidence;
  const inOrder: Check[] = [
    { name: 'overtaken', ...verdict(overtaken.count, overtaken.examples, '0 within an ownership') },
    gapCheck(table),
  ];
  return [
    lostCheck(evidence),
    ...(unordered ? [] : inOrder),
    commitCheck(evidence),
    repeatCheck(evidence),
    stuckCheck(evidence),
  ];
}

function stuckCheck({ table, caughtUpAfterMs, broken }: Evidence): Check {
  return {
    name: 'stuck',
    passed: broken === undefined && caughtUpAfterMs !== undefined && caughtUpAfterMs <= CAUGHT_UP_MS,
    measured:
      caughtUpAfterMs === undefined
        ? `${table.behind} records were never handled`
        : `caught up after ${(caughtUpAfterMs / 1000).toFixed(1)} s`,
    bound: `${CAUGHT_UP_MS / 1000} s: session and rebalance timeout, 30 s for the longest wait of the client, 15 s for the backlog`,
    examples: broken === undefined ? [] : [broken],
  };
}

function lostCheck({ table, commits }: Evidence): Check {
  const ids = [...table.acknowledgedIds()].filter((id) => table.isLost(id));
  const isOpen = new CommitHistory(commits, table).openAt(Infinity);
  const past = ids.filter((id) => !isOpen(id)).length;
  const examples = ids.slice(0, 5).map((id) => table.nameOf(id));
  return {
    name: 'lost',
    passed: ids.length === 0,
    // Records that were not reached are stuck, and will be handled if the group continues.
    measured: ids.length === 0 ? '0' : `${past} committed past, ${ids.length - past} not reached`,
    bound: '0',
    examples,
  };
}

function gapCheck(table: RecordTable): Check {
  const { count, examples } = gapsOf(table);
  return { name: 'gaps', ...verdict(count, examples, '0, across crashes and owners') };
}

function commitCheck({
  commits,
  table,
  offsetsMove,
  keepsAside = false,
  takenBackWithinMs = 0,
}: Evidence): Check {
  const found = commitFaults(commits, table, takenBackWithinMs);
  const { back } = found;
  const early = keepsAside ? [] : found.early;
  const faults = offsetsMove ? early : [...early, ...back];
  const moved = offsetsMove ? '' : ', and 0 below an earlier one';
  const renewed = takenBackWithinMs > 0 ? ` for longer than ${takenBackWithinMs} ms` : '';
  return {
    name: 'commits',
    passed: faults.length === 0,
    measured: `${faults.length} of ${commits.length} commits`,
    bound: `0 beyond a record that was not settled${renewed}${moved}`,
    examples: faults.slice(0, 5),
  };
}

function repeatCheck({ table, commits, disturbances }: Evidence): Check {
  const { count, bound, heldBack, unexplained, examples } = repeatsOf(table, commits, disturbances);
  const behind =
    heldBack > 0 ? `; and ${heldBack} behind a failing record whose partition went to another member` : '';
  return {
    name: 'repeats',
    passed: unexplained === 0 && count <= bound + heldBack,
    measured: unexplained === 0 ? `${count}` : `${count}, ${unexplained} of them unexplained`,
    bound:
      disturbances.length === 0
        ? `0: nothing may come again${behind}`
        : `${bound}: what those that were hit had handled within ${UNCOMMITTED_MS} ms before a fault (commit interval, request timeout, ` +
          `a failing record) and not committed by then, or until ${AFTER_MS} ms after it (session, heartbeat, half a rebalance)${behind}`,
    examples,
  };
}

function verdict(
  count: number,
  examples: readonly string[],
  bound: string,
): Pick<Check, 'passed' | 'measured' | 'bound' | 'examples'> {
  return { passed: count === 0, measured: String(count), bound, examples };
}
