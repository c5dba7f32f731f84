import type { Settlement } from '../commit/settlement.js';
import type { InFlightLimiter } from '../records/in-flight-limiter.js';
import type { PauseReasons } from './pause-reasons.js';

/** Pauses fetching of a partition while the in-flight limits are reached. */
export class LimitPause {
  /** Ends the re-checks by the limiter; undefined while the partition is not paused for its limits. */
  #cancelRecheck: (() => void) | undefined;

  constructor(
    private readonly limiter: InFlightLimiter,
    private readonly settlement: Settlement,
    private readonly reasons: PauseReasons,
  ) {}

  /** Pauses fetching if a limit is reached. */
  pauseIfFull(): void {
    const { limiter, settlement } = this;
    if (!limiter.isFull(settlement.usage) && settlement.ahead < limiter.aheadLimit) return;
    this.reasons.add('in-flight limit');
    this.#cancelRecheck ??= limiter.whilePaused(() => this.resumeIfDrained());
  }

  /** Resumes fetching once the partition, or the process, has drained to half of its limits. */
  resumeIfDrained(): void {
    if (!this.#cancelRecheck) return;
    const { limiter, settlement } = this;
    if (!limiter.readmits(settlement.usage) || settlement.ahead >= limiter.aheadLimit / 2) return;
    this.close();
    this.reasons.remove('in-flight limit');
  }

  /** Ends the re-checks. */
  close(): void {
    this.#cancelRecheck?.();
    this.#cancelRecheck = undefined;
  }
}
