/**
 * Each second a process writes a line of JSON about itself to its vitals file, and it executes commands of the harness:
 * the content of its control file, polled.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';

const { RELIABILITY_LEDGER: folder, RELIABILITY_INSTANCE: instance, RELIABILITY_KILL_AT } = process.env;
const file = `${folder}/${instance}.${process.pid}.vitals`;
const control = `${folder}/${instance}.control`;
const now = Date.now.bind(Date);

let rebalances = () => 0;

/** Sets the number of joins of the process. */
export function countRebalances(count) {
  rebalances = count;
}

function note(entry) {
  appendFileSync(file, `${JSON.stringify({ at: Number(process.hrtime.bigint() / 1000n), ...entry })}\n`);
}

setInterval(() => {
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  note({ rss: process.memoryUsage.rss(), resources, rebalances: rebalances() });
}, 1000).unref();

// Includes unhandled rejections.
process.on('uncaughtExceptionMonitor', (error) => note({ crash: String(error?.stack ?? error) }));
process.on('warning', ({ name, message, stack }) => {
  if (name === 'MaxListenersExceededWarning') note({ leak: stack ?? message });
});

const orders = {
  /** Sets the wall clock forward or back, like an administrator or NTP. */
  clock: (ms) => {
    Date.now = () => now() + Number(ms);
  },
};

setInterval(() => {
  if (!existsSync(control)) return;
  const [order, argument] = readFileSync(control, 'utf8').split(' ');
  rmSync(control);
  orders[order]?.(argument);
}, 100).unref();

if (RELIABILITY_KILL_AT) {
  const { killAt } = await import('./kill-at.mjs');
  killAt(RELIABILITY_KILL_AT);
}
