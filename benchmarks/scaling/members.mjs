import { setTimeout as sleep } from 'node:timers/promises';
import { Member } from './member.mjs';

export const kinds = {
  pool: 'waits 50 ms, 16 at a time in each member',
  lanes: 'waits 50 ms, 16 lanes in each partition',
};

const WINDOW_MS = 10_000;

/** Measures how many records per second a group of this size handles, once each member has partitions. */
export async function rateOf(count, job) {
  const members = Array.from({ length: count }, () => new Member(job));
  const handled = () => members.reduce((sum, member) => sum + member.handled, 0);
  await Promise.all(members.map((member) => member.ready()));
  await untilAllWork(members);
  const before = handled();
  const begun = performance.now();
  await sleep(WINDOW_MS);
  const rate = ((handled() - before) * 1000) / (performance.now() - begun);
  await Promise.all(members.map((member) => member.stop()));
  return rate;
}

/** Each member handles records in two consecutive seconds: earlier members have given up partitions by then. */
async function untilAllWork(members) {
  for (let goodSeconds = 0; goodSeconds < 2;) {
    const before = members.map(({ handled }) => handled);
    await sleep(1000);
    goodSeconds = members.every(({ handled }, index) => handled > before[index]) ? goodSeconds + 1 : 0;
  }
}
