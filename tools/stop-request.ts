/**
 * Resolves with the reason once this process is asked to stop: by a signal, or by the death of the script that
 * started it. Later signals are ignored, since Ctrl-C under npm arrives twice.
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

/** Keeps the process alive while it waits for something that does not keep it alive, such as a signal. */
export async function stayAlive<T>(until: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 2 ** 30);
  try {
    return await until;
  } finally {
    clearInterval(timer);
  }
}
