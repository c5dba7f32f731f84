/**
 * What a process says of itself each second, a line of JSON in its vitals file, and what it is told to do to itself:
 * the content of its control file, polled.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';

const { RELIABILITY_LEDGER: folder, RELIABILITY_INSTANCE: instance, RELIABILITY_KILL_AT } = process.env;
const file = `${folder}/${instance}.${process.pid}.vitals`;
const control = `${folder}/${instance}.control`;
const now = Date.now.bind(Date);

let rebalances = () => 0;

/** Hands in how often the process has joined its groups. */
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

// An unhandled rejection is one of them, too.
process.on('uncaughtExceptionMonitor', (error) => note({ crash: String(error?.stack ?? error) }));
process.on('warning', ({ name, message, stack }) => {
  if (name === 'MaxListenersExceededWarning') note({ leak: stack ?? message });
});

const orders = {
  /** Sets the wall clock forward or back, as an administrator or NTP would. */
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
