/** The results in machine-readable form: one entry per contender and scenario. */
export function toJson(results) {
  return results.flatMap(({ scenario, contenders }) =>
    contenders
      .filter(({ summary }) => summary)
      .map(({ name, summary, oursOver }) => ({
        scenario: scenario.name,
        contender: name,
        recordsPerSecond: roundAll(summary.recordsPerSecond),
        cpuSeconds: round(summary.cpuSeconds, 2),
        peakRssBytes: summary.peakRssBytes,
        oursOver: oursOver === undefined ? null : round(oursOver, 3),
      })),
  );
}

function roundAll(rates) {
  return Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, round(rate, 1)]));
}

function round(number, digits) {
  return Number(number.toFixed(digits));
}
