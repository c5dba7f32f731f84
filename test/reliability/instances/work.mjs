/**
 * What a handler does with a record, determined by the record: `{ id, do?, ms? }`. A process harms
 * itself only once per record; otherwise each delivery would repeat it.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { RELIABILITY_LEDGER: folder } = process.env;
const leaked = [];
const tried = new Map();

/** Returns true only for the first process; the marker file contains the time in µs, since a process that ends here writes nothing else. */
function once(id) {
  const mark = `${folder}/once-${id}`;
  if (existsSync(mark)) return false;
  writeFileSync(mark, String(process.hrtime.bigint() / 1000n));
  return true;
}

/** For failures that no retry can fix. */
export class PoisonError extends Error {}

const deeds = {
  /** Fails permanently. */
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
  /** Fails permanently until the harness stops it. */
  held: ({ id }) => {
    if (existsSync(`${folder}/held`)) throw new PoisonError(`record ${id} is held`);
  },
  /** Fails for the first process that handles it. */
  'fail-once': ({ id }) => {
    if (once(id)) throw new Error(`record ${id} fails once`);
  },
  /** Ends this process in the middle of the work. */
  die: ({ id }) => {
    if (once(id)) process.kill(process.pid, 'SIGKILL');
  },
  /** Never returns, even after its signal. */
  hang: ({ id }) => (once(id) ? new Promise(() => undefined) : undefined),
  /** Waits for its signal. */
  wait: ({ id }, signal) => (once(id) ? sleep(2 ** 30, undefined, { signal }) : undefined),
  /** Blocks the event loop. */
  block: ({ id, ms }) => {
    if (!once(id)) return;
    const until = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
    while (process.hrtime.bigint() < until);
  },
  /** Leaks memory. */
  leak: ({ id, bytes }) => {
    if (once(id))
      for (let i = 0; i < bytes / 8000; i += 1) leaked.push(Array.from({ length: 1000 }, () => i));
  },
  /** Throws outside of the handler after it has returned, which nobody can catch. */
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
