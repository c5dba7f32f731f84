import { type Clock, toOffset } from '../../../pipeline/index.js';
import type { LogOffsets } from '../offsets/log-offsets.js';
import type { FetchListener } from './fetch-listener.js';
import type { FetchSettings } from './fetch-settings.js';
import type { Reading } from './reading.js';
import type { Comparison } from './truncation-check.js';

/** The dependencies of a reset. */
export interface PositionResetParts {
  readonly logOffsets: LogOffsets;
  readonly settings: Pick<FetchSettings, 'resetPolicyOf' | 'noCommittedOffset'>;
  readonly listener: FetchListener;
  readonly clock: Clock;
}

/** What a reset needs of the fetcher. */
export interface PositionResetHost {
  isCurrent(reading: Reading): boolean;
  /** A position has changed. */
  moved(): void;
}

/** How long to wait before an offset is looked up again, in ms. */
const RETRY_MS = 200;

/** Moves positions that a log does not have, or has no longer: by the reset policy, or to where the log was truncated. */
export class PositionReset {
  constructor(
    private readonly parts: PositionResetParts,
    private readonly host: PositionResetHost,
  ) {}

  /** A position was compared with the log of a new leader. */
  compared(reading: Reading, comparison: Exclude<Comparison, { kind: 'refused' }>): void {
    const { position } = reading;
    if (!position) return;
    reading.comparedEpoch = comparison.inEpoch;
    if (comparison.kind === 'same') return;
    if (comparison.kind === 'unknown') {
      void this.outOfRange(reading);
      return;
    }
    const { at, leaderEpoch } = comparison;
    const from = this.parts.listener.truncated(reading.at(at), toOffset(position.offset));
    reading.moveTo({ offset: BigInt(from), leaderEpoch: BigInt(from) === at ? leaderEpoch : -1 });
  }

  /**
   * Looks up the offset that the reset policy names, and continues there. Nothing is fetched meanwhile. Never rejects.
   */
  async outOfRange(reading: Reading): Promise<void> {
    const { logOffsets, settings, listener, clock } = this.parts;
    const policy = settings.resetPolicyOf(reading.topic);
    if (policy === 'none') {
      listener.failed(settings.noCommittedOffset([reading], 'out of range'));
      return;
    }
    reading.moveTo(undefined);
    while (this.host.isCurrent(reading)) {
      const found = await logOffsets.find([reading], () => policy).catch(() => undefined);
      const position = found?.get(reading);
      if (position && this.host.isCurrent(reading)) {
        const from = BigInt(listener.outOfRange(reading.at(position.offset)));
        reading.moveTo({ offset: from, leaderEpoch: from === position.offset ? position.leaderEpoch : -1 });
        this.host.moved();
        return;
      }
      await new Promise<void>((resolve) => clock.schedule(RETRY_MS, resolve));
    }
  }
}
