/**
 * What a handler does with a record, as the record itself asks: `{ id, do?, ms? }`. Harm that a process does to
 * itself happens once for a record, or it would come again with each delivery.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { RELIABILITY_LEDGER: folder } = process.env;
const leaked = [];
const tried = new Map();

/** True the first time any process asks; the mark says when, in µs, as a process that ends here writes no more. */
function once(id) {
  const mark = `${folder}/once-${id}`;
  if (existsSync(mark)) return false;
  writeFileSync(mark, String(process.hrtime.bigint() / 1000n));
  return true;
}

/** For failures that no retry mends. */
export class PoisonError extends Error {}

const deeds = {
  /** Fails for good. */
  poison: ({ id }) => {
    throw new PoisonError(`record ${id} is poison`);
  },
  /** Fails twice in each process, then passes. */
  flaky: ({ id }) => {
    const failures = (tried.get(id) ?? 0) + 1;
    if (failures > 2) tried.delete(id);
    else {
      tried.set(id, failures);
      throw new Error(`record ${id} failed ${failures} times`);
    }
  },
  /** Fails for good for as long as the harness wants it. */
  held: ({ id }) => {
    if (existsSync(`${folder}/held`)) throw new PoisonError(`record ${id} is held`);
  },
  /** Fails the first time any process tries it. */
  'fail-once': ({ id }) => {
    if (once(id)) throw new Error(`record ${id} fails once`);
  },
  /** Ends this process in the middle of the work. */
  die: ({ id }) => {
    if (once(id)) process.kill(process.pid, 'SIGKILL');
  },
  /** Never returns, not even when it is told to. */
  hang: ({ id }) => (once(id) ? new Promise(() => undefined) : undefined),
  /** Waits until it is told to stop. */
  wait: ({ id }, signal) => (once(id) ? sleep(2 ** 30, undefined, { signal }) : undefined),
  /** Blocks the event loop. */
  block: ({ id, ms }) => {
    if (!once(id)) return;
    const until = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
    while (process.hrtime.bigint() < until);
  },
  /** Keeps memory for ever. */
  leak: ({ id, bytes }) => {
    if (once(id))
      for (let i = 0; i < bytes / 8000; i += 1) leaked.push(Array.from({ length: 1000 }, () => i));
  },
  /** Throws after the handler has returned, outside of it: nobody can catch that. */
  late: ({ id }) => {
    if (once(id))
      setTimeout(() => {
        throw new Error(`record ${id} failed after its handler`);
      }, 50);
  },
};

export async function work(item, delayMs, signal) {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });
  if (item.do !== undefined) await deeds[item.do]?.(item, signal);
}
