import type { LedgerEntry } from './worker.js';

/** The numbers from 0 up to `count` that no worker has handled. */
export function lostOf(entries: readonly LedgerEntry[], count: number): number[] {
  const handled = new Set(entries.filter(({ event }) => event === 'done').map(({ value }) => Number(value)));
  return Array.from({ length: count }, (_, number) => number).filter((number) => !handled.has(number));
}

/** Records that were handled more than once, with the number of times. */
export function repeatedOf(entries: readonly LedgerEntry[]): { at: string; times: number }[] {
  const times = new Map<string, number>();
  for (const { event, topic, partition, offset } of entries) {
    if (event !== 'done') continue;
    const at = `${topic}[${partition}] ${offset}`;
    times.set(at, (times.get(at) ?? 0) + 1);
  }
  return [...times].filter(([, count]) => count > 1).map(([at, count]) => ({ at, times: count }));
}

/**
 * Records that a worker started before an earlier record of their key had finished, or after a later record of their
 * key had started, which key order forbids during one ownership. A record that is handled again resets the check.
 */
export function overtakenOf(entries: readonly LedgerEntry[]): string[] {
  const found: string[] = [];
  const activeCalls = new Map<string, string>();
  const last = new Map<string, bigint>();
  const seen = new Set<string>();
  for (const { event, pid, partition, offset, key } of entries) {
    const lane = `${pid} ${partition} ${key}`;
    const at = `${lane} at ${offset}`;
    if (event === 'start') {
      const other = activeCalls.get(lane);
      if (other !== undefined) found.push(`${at}: started while ${other} was running`);
      const previous = last.get(lane);
      if (previous !== undefined && BigInt(offset) <= previous && !seen.has(at)) {
        found.push(`${at}: started after ${previous}`);
      }
      activeCalls.set(lane, offset);
      seen.add(at);
    } else if (event === 'failed') {
      activeCalls.delete(lane);
    } else if (event === 'done') {
      activeCalls.delete(lane);
      last.set(lane, BigInt(offset));
    }
  }
  return found;
}
