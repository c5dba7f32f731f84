import { setTimeout as sleep } from 'node:timers/promises';
import { Member } from './member.mjs';

/** Ways to replace four members. The last is that of the manifests. */
export const strategies = [
  { name: 'Recreate', surge: 0, unavailable: 4 },
  { name: 'maxSurge 0, maxUnavailable 1', surge: 0, unavailable: 1 },
  { name: 'maxSurge 1, maxUnavailable 0', surge: 1, unavailable: 0 },
  { name: 'maxSurge 100%, maxUnavailable 0', surge: 4, unavailable: 0 },
  { name: 'maxSurge 50%, maxUnavailable 0', surge: 2, unavailable: 0 },
];

/** Instead of minReadySeconds. Members learn of a rebalance with their heartbeats, every 3 s, so closer steps merge. */
const SETTLE_MS = 10_000;
const MEMBERS = 4;

/** Replaces a group's members like a Deployment; returns the rebalances and their cost. */
export async function rollOut({ surge, unavailable }, job) {
  const members = Array.from({ length: MEMBERS }, () => new Member(job));
  await Promise.all(members.map((member) => member.ready()));
  await sleep(SETTLE_MS);
  const pauses = watchPauses(members);
  const first = await members[0].generation();
  const begun = performance.now();

  let old = [...members];
  let fresh = 0;
  while (fresh < MEMBERS || old.length > 0) {
    const leaving = old.slice(0, Math.max(0, old.length + fresh - MEMBERS + unavailable));
    old = old.slice(leaving.length);
    await Promise.all(leaving.map((member) => member.stop()));
    const coming = Math.min(MEMBERS - fresh, MEMBERS + surge - old.length - fresh);
    const started = Array.from({ length: coming }, () => new Member(job));
    members.push(...started);
    fresh += coming;
    await Promise.all(started.map((member) => member.ready()));
    await sleep(SETTLE_MS);
  }

  const seconds = (performance.now() - begun) / 1000;
  const rebalances = (await members.at(-1).generation()) - first;
  const { longestMs } = pauses.stop();
  await Promise.all(members.slice(-MEMBERS).map((member) => member.stop()));
  return { rebalances, longestPauseMs: longestMs, seconds };
}

/** The longest time without a handled record. */
function watchPauses(members) {
  let longestMs = 0;
  let last = -1;
  let since = performance.now();
  const timer = setInterval(() => {
    const handled = members.reduce((sum, member) => sum + member.handled, 0);
    if (handled !== last) since = performance.now();
    last = handled;
    longestMs = Math.max(longestMs, performance.now() - since);
  }, 25);
  return {
    stop: () => {
      clearInterval(timer);
      return { longestMs };
    },
  };
}
