const SECONDS = { s: 1, m: 60, h: 3_600 } as const;

/**
 * Alerts as they are but for time: whatever they wait for, and look back over, and ages that they compare with, are
 * divided. What would take an hour to be raised is raised within a minute.
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
