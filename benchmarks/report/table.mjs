const head = ['', 'records/s', 'min', 'max', 'CPU s', 'peak MiB', 'ours over', ''];

/** Prints a scenario's figures, and what is asked of it. */
export function printScenario({ scenario, contenders, skipped, checks, ratios }) {
  console.log(`\n${scenario.name}: ${scenario.what}`);
  const rows = contenders.filter(({ summary }) => summary).map(row);
  if (rows.length > 0) printRows([head, ...rows]);
  for (const { name, reason } of skipped) console.log(`  ${name}: skipped, ${reason}`);
  for (const check of checks) console.log(`  ${line(check)}`);
  for (const ratio of ratios) {
    const [middle, least, most] = [ratio.median, ratio.min, ratio.max].map((each) => each.toFixed(3));
    console.log(
      `  ${ratio.name} over before, ${ratio.figure}: median of rounds ${middle}, ${least} to ${most}`,
    );
  }
}

/** Prints every target in one place. */
export function printSummary(results) {
  const all = results.flatMap(({ scenario, checks }) => checks.map((check) => ({ scenario, check })));
  if (all.length === 0) return;
  console.log('\nTargets');
  for (const { scenario, check } of all) console.log(`  ${scenario.name.padEnd(22)} ${line(check)}`);
}

function line({ what, value, target, atMost, met }) {
  const bound = `${atMost ? 'at most' : 'at least'} ${target}`;
  return `${met ? 'met   ' : 'MISSED'}  ${what}: ${value.toFixed(2)} (${bound})`;
}

function row({ name, variant, summary, oursOver, runs }) {
  const { recordsPerSecond, cpuSeconds, peakRssBytes } = summary;
  return [
    name,
    rate(recordsPerSecond.median),
    rate(recordsPerSecond.min),
    rate(recordsPerSecond.max),
    cpuSeconds.toFixed(1),
    (peakRssBytes / 2 ** 20).toFixed(0),
    name === 'ours' || oursOver === undefined ? '' : `${oursOver.toFixed(2)} x`,
    runs.some(({ stopped }) => stopped) ? `stopped after ${runs[0].records} records` : (variant ?? ''),
  ];
}

function rate(number) {
  return number < 100 ? number.toFixed(2) : Math.round(number).toLocaleString('en-US');
}

function printRows(rows) {
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  for (const cells of rows) {
    const padded = cells.map((cell, column) =>
      column === 0 || column === cells.length - 1
        ? cell.padEnd(widths[column])
        : cell.padStart(widths[column]),
    );
    console.log(`  ${padded.join('  ').trimEnd()}`);
  }
}
