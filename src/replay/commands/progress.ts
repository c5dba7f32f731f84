import { Presets, SingleBar } from 'cli-progress';

/** Shows how far a command is. */
export interface Progress {
  update(done: number): void;
  end(): void;
}

/** A bar on stderr, for a person at a terminal; nothing in a log or a pipe. */
export function progress(what: string, total: number): Progress {
  if (!process.stderr.isTTY || total === 0) return { update: () => undefined, end: () => undefined };
  const format = `${what} {bar} {value}/{total}, {eta_formatted} left`;
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { update: (done) => bar.update(done), end: () => bar.stop() };
}
