import type { Result } from './report/result.js';

/** The summary of a result for people. */
export function linesOf({ counts, checks, durationMs }: Result): string[] {
  const { acknowledged, handled, repeated, deadLettered, gone, unacknowledged } = counts;
  const lines = [
    `  ${acknowledged} acknowledged, ${handled} handled, ${repeated} repeated, ${deadLettered} dead letters, ` +
      `${gone} gone, ${unacknowledged} without an answer, in ${Math.round(durationMs / 1000)} s`,
  ];
  for (const { name, passed, measured, bound, examples } of checks) {
    lines.push(`  ${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(10)} ${measured} (${bound})`);
    if (!passed) lines.push(...examples.map((example) => `           ${example}`));
  }
  return lines;
}
