import { median } from './statistics.mjs';

const figures = { rate: 'recordsPerSecond', CPU: 'cpuSeconds' };

/**
 * Our figures over those of the other checkout, round by round: the machine's own speed changes by more than what is
 * looked for, and the two runs of a round share it.
 * @returns {{ name: string, figure: string, median: number, min: number, max: number }[]} an entry for each of our
 *   contenders and figures
 */
export function ratiosBefore({ runs }) {
  const names = new Set(runs.map(({ name }) => name).filter((name) => !name.endsWith(', before')));
  const rounds = [...new Set(runs.map(({ round }) => round))];
  return [...names].flatMap((name) =>
    Object.entries(figures).flatMap(([figure, key]) => {
      const valueOf = (round, of) => runs.find((run) => run.round === round && run.name === of)?.[key];
      const ratios = rounds
        .map((round) => valueOf(round, name) / valueOf(round, `${name}, before`))
        .filter((ratio) => Number.isFinite(ratio));
      if (ratios.length === 0) return [];
      return [{ name, figure, median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }];
    }),
  );
}
