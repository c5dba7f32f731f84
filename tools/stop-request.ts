/**
 * Resolves with the reason once this process is asked to stop: a signal, or the death of the script that
 * started it. Later signals change nothing: Ctrl-C under npm arrives twice, and stopping is on its way.
 */
export function stopRequest(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve(signal));
    }
    process.once('disconnect', () => resolve('the parent process is gone'));
    process.channel?.unref();
  });
}

/** Keeps the process alive while it waits for something that holds no resource of its own, such as a signal. */
export async function stayAlive<T>(until: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 2 ** 30);
  try {
    return await until;
  } finally {
    clearInterval(timer);
  }
}
