import { settled, type VirtualClock } from '../pipeline/testing/virtual-time.js';
import { HandlerHangsError } from './errors.js';
import type { PipelineWatch, RunningCall } from './pipeline-watch.js';
import { realNow, realSleep } from './real-time.js';

/** How far time advances at most until a record is settled: longer than any retry in a lane. */
const HORIZON_MS = 3_600_000;
const POLL_MS = 1;
/** Turns to wait: a handler may be resumed by a commit, which is sent at the end of a turn. */
const TURNS = 3;
/** Timeouts are checked periodically, so they are detected a little later. */
const TIMEOUT_MARGIN_MS = 200;

/** Waits until all work that needs no time is done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await settled();
}

/** The description of a running call. */
export interface CallDescription {
  /** The record and its handler. */
  readonly call: string;
  /** What the handler waits for; undefined if unknown. */
  readonly wait: string | undefined;
  /** Whether it waits for a commit, which may depend on a retry of another record. */
  readonly awaitsCommit: boolean;
}

/**
 * Controls the virtual time of a test: it stands still while a handler runs, and otherwise advances to the next
 * timer.
 */
export class TestTime {
  constructor(
    readonly clock: VirtualClock,
    private readonly watch: PipelineWatch,
    /** How long a handler may run, in real time. */
    private readonly hangAfterMs: number,
    private readonly describe: (call: RunningCall) => CallDescription,
  ) {}

  /**
   * Lets time pass until `isDone`, at most for an hour.
   * @returns whether it is done
   * @throws HandlerHangsError if a handler does not return
   */
  async until(isDone: () => boolean | Promise<boolean>): Promise<boolean> {
    const horizon = this.clock.now() + HORIZON_MS;
    await settle();
    do {
      await this.#untilReturned(new Set());
      if (await isDone()) return true;
    } while (await this.clock.step(horizon));
    return false;
  }

  /**
   * Lets `ms` pass. Handlers that are running already keep running; time advances further only when handlers that are
   * called meanwhile have returned.
   * @throws HandlerHangsError if one does not return
   */
  async advance(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await settle();
    const runningBefore = new Set(this.watch.running.map(({ record }) => record));
    do await this.#untilReturned(runningBefore);
    while (await this.clock.step(end));
    await this.clock.advance(Math.max(0, end - this.clock.now()));
    await this.#untilReturned(runningBefore);
  }

  /** Lets time pass until the work is done, also while handlers hang. */
  async through(work: Promise<unknown>): Promise<void> {
    const progress = { isOver: false };
    const end = (): void => void (progress.isOver = true);
    work.then(end, end);
    const since = realNow();
    for (await settled(); !progress.isOver; await settled()) {
      const isHanging = realNow() - since > this.hangAfterMs;
      if (this.#waitedFor(new Set()).length === 0 || isHanging) await this.clock.advance(1_000);
      else await realSleep(POLL_MS);
    }
  }

  async #untilReturned(except: ReadonlySet<object>): Promise<void> {
    const timedOut = new Set<object>();
    if (this.watch.running.length === 0) return;
    for (;;) {
      await settle();
      const calls = this.#waitedFor(except);
      if (calls.length === 0) return;
      for (const call of calls) await this.#checkHanging(call, timedOut);
      await realSleep(POLL_MS);
    }
  }

  /** A handler with a timeout is aborted at its timeout, and hangs only if it ignores the abort. */
  async #checkHanging(call: RunningCall, timedOut: Set<object>): Promise<void> {
    const { since, timeoutMs } = call;
    const limitMs = timedOut.has(call) ? 2 * this.hangAfterMs : this.hangAfterMs;
    if (realNow() - since < limitMs) return;
    if (timeoutMs === undefined || timedOut.has(call)) {
      const { call: name, wait } = this.describe(call);
      throw new HandlerHangsError(name, this.hangAfterMs, wait);
    }
    timedOut.add(call);
    await this.clock.advance(timeoutMs + TIMEOUT_MARGIN_MS);
  }

  #waitedFor(except: ReadonlySet<object>): RunningCall[] {
    return this.watch.running.filter((call) => !except.has(call.record) && !this.describe(call).awaitsCommit);
  }
}
