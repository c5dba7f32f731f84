import { formatClock } from '../format.js';
import type { FaultEvent, Result } from '../result.js';

const MOST_LABELS = 12;
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((s) => s * 1000);
// A momentary fault, such as a kill, must be visible.
const LEAST_SHARE_SEEN = 1 / 400;

/** The time of the last event of a run in ms since its start, where all charts end. */
export function spanMs({ durationMs, samples, faults }: Result): number {
  return Math.max(1, durationMs, samples.at(-1)?.atMs ?? 0, ...faults.map(({ toMs }) => toMs));
}

/** The axis that all pictures of a run share: a label at each round number of seconds or minutes. */
export function timeAxis(spanOfRunMs: number): object {
  const step =
    STEPS_MS.find((candidate) => spanOfRunMs / candidate <= MOST_LABELS) ?? spanOfRunMs / MOST_LABELS;
  return {
    type: 'value',
    min: 0,
    max: spanOfRunMs,
    interval: step,
    axisLabel: { formatter: formatClock, color: 'var(--muted)', showMaxLabel: spanOfRunMs % step === 0 },
    axisLine: { lineStyle: { color: 'var(--line)' } },
    axisTick: { lineStyle: { color: 'var(--line)' } },
    splitLine: { show: false },
  };
}

/** The drawn time range of a fault: wide enough to be visible, and within the chart. */
export function drawnSpan({ fromMs, toMs }: FaultEvent, spanOfRunMs: number): readonly [number, number] {
  const least = spanOfRunMs * LEAST_SHARE_SEEN;
  const from = Math.max(0, Math.min(fromMs, spanOfRunMs - least));
  return [from, Math.max(toMs, from + least)];
}
