const SECONDS = { s: 1, m: 60, h: 3_600 } as const;

/**
 * The alerts with all durations (waits, ranges, and ages they compare with) divided by a factor, so that
 * an alert that takes an hour fires within a minute.
 * @param rules the text of a file of Prometheus's rules
 */
export function fasterRules(rules: string, speed: number): string {
  return rules
    .replaceAll(/(\[|for: |offset )(\d+)([smh])/g, (_whole, before: string, count: string, unit: string) => {
      const seconds = Object.entries(SECONDS).find(([name]) => name === unit)?.[1] ?? NaN;
      return `${before}${Math.round((1_000 * Number(count) * seconds) / speed)}ms`;
    })
    .replaceAll(
      /(_seconds\) > )(\d+)/g,
      (_whole, before: string, age: string) => `${before}${Number(age) / speed}`,
    );
}
