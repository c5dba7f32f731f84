const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

let onStop: (signal: NodeJS.Signals) => void = () => process.exit(0);

/**
 * Takes the signals that ask for the service's end. Until `stopWith` says otherwise there is nothing to drain,
 * and the process ends at once; without any listener the first process of a container would ignore them.
 */
export function listenForStop(): void {
  for (const signal of SIGNALS) process.on(signal, (name) => onStop(name));
}

/** What is to happen from now on at a signal that asks for the service's end. */
export function stopWith(stop: (signal: NodeJS.Signals) => void): void {
  onStop = stop;
}
