const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

let onStop: (signal: NodeJS.Signals) => void = () => process.exit(0);

/**
 * Listens for SIGTERM and SIGINT. Until `stopWith` is called there is nothing to drain, so the process exits at once.
 * A listener is needed in any case: without one, process 1 of a container ignores these signals.
 */
export function listenForStop(): void {
  for (const signal of SIGNALS) process.on(signal, (name) => onStop(name));
}

/** Sets what SIGTERM and SIGINT do from now on. */
export function stopWith(stop: (signal: NodeJS.Signals) => void): void {
  onStop = stop;
}
