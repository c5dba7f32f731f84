/** CPU time of this thread, in ms; before Node 22.19 of the whole process, which is at least as much. */
export function threadCpuMs(): number {
  // The types describe a newer Node than the oldest that is supported.
  const usage: { threadCpuUsage?: typeof process.threadCpuUsage } = process;
  const { user, system } = usage.threadCpuUsage?.call(process) ?? process.cpuUsage();
  return (user + system) / 1_000;
}

/** The CPU time of the longest turn of the event loop in which some work is done, in ms. */
export async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let since = threadCpuMs();
  let isOver = false;
  const look = (): void => {
    const now = threadCpuMs();
    longest = Math.max(longest, now - since);
    since = now;
  };
  const tick = (): void => {
    look();
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  try {
    await work();
  } finally {
    isOver = true;
    look();
  }
  return longest;
}
