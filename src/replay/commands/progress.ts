import { Presets, SingleBar } from 'cli-progress';

/** Shows the progress of a command. */
export interface Progress {
  update(done: number): void;
  end(): void;
}

/** A progress bar on stderr; shows nothing if stderr is not a terminal. */
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
