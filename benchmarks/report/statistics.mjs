export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Statistics of a contender over all its runs.
 * @returns {{ recordsPerSecond: { min: number, median: number, max: number }, cpuSeconds: number, peakRssBytes: number, cpuMicrosecondsPerRecord: number }}
 */
export function summarize(reports) {
  const rates = reports.map(({ recordsPerSecond }) => recordsPerSecond);
  return {
    recordsPerSecond: { min: Math.min(...rates), median: median(rates), max: Math.max(...rates) },
    cpuSeconds: median(reports.map(({ cpuSeconds }) => cpuSeconds)),
    peakRssBytes: Math.max(...reports.map(({ peakRssBytes }) => peakRssBytes)),
  };
}
