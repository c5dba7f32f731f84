const COUNTS = new Intl.NumberFormat('en');
const BYTES_PER_MIB = 1024 * 1024;

/** A count with thousands separators: `1,234,567`. */
export function formatCount(value: number): string {
  return COUNTS.format(value);
}

/** A duration in its two largest units: `850 ms`, `4.2 s`, `12 min 05 s`, `1 h 02 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A time of a run like on a stopwatch: `0:42`, `12:05`, `1:02:05`. */
export function formatClock(atMs: number): string {
  const seconds = Math.round(atMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const ending = twoDigits(seconds % 60);
  if (minutes < 60) return `${minutes}:${ending}`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${ending}`;
}

/** Bytes in MiB, the unit of a chart's axis. */
export function toMib(bytes: number): number {
  return bytes / BYTES_PER_MIB;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
