/** How many lines of one kind are written per window; further lines are only counted. */
const MOST = 10;
const WINDOW_MS = 10_000;

/** Called at the end of a window with the number of omitted lines. */
type Summary = (leftOut: number, windowMs: number) => void;

/** What a {@link LineLimit} admits. */
export interface LineLimitOptions {
  /** Lines of one kind that are written in a window. Default 10. */
  readonly most?: number;
  /** Default 10 s. */
  readonly windowMs?: number;
  readonly schedule?: (delayMs: number, run: () => void) => void;
}

/** Limits repeated log lines: the first lines of a window are written, the rest are counted. */
export class LineLimit {
  readonly #windows = new Map<string, { written: number; leftOut: number }>();
  readonly #options: Required<LineLimitOptions>;

  constructor({ most = MOST, windowMs = WINDOW_MS, schedule = scheduleUnreferenced }: LineLimitOptions = {}) {
    this.#options = { most, windowMs, schedule };
  }

  /**
   * @param kind lines of one kind share a limit
   * @param summarize called at the end of a window in which lines of the kind were left out
   * @returns whether the line is to be written
   */
  admits(kind: string, summarize: Summary): boolean {
    const window = this.#windows.get(kind) ?? this.#open(kind, summarize);
    if (window.written < this.#options.most) {
      window.written++;
      return true;
    }
    window.leftOut++;
    return false;
  }

  #open(kind: string, summarize: Summary): { written: number; leftOut: number } {
    const window = { written: 0, leftOut: 0 };
    this.#windows.set(kind, window);
    const { windowMs, schedule } = this.#options;
    schedule(windowMs, () => {
      this.#windows.delete(kind);
      if (window.leftOut > 0) summarize(window.leftOut, windowMs);
    });
    return window;
  }
}

/** The timer must not keep the process alive. */
function scheduleUnreferenced(delayMs: number, run: () => void): void {
  setTimeout(run, delayMs).unref();
}
