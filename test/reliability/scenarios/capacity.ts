import type { Run } from '../run.js';
import type { Scenario } from './scenario.js';

const BACKLOG = 60_000;

/** A backlog worked off without harm: what the instances can do together. */
export function capacityOf(like: Scenario, measured: (recordsPerSecond: number) => void): Scenario {
  return {
    ...like,
    name: 'capacity',
    description: `a backlog of ${BACKLOG} records, worked off without harm`,
    play: async (run: Run) => {
      await run.load.fill(BACKLOG);
      await run.startInstances();
      await run.handledMore(BACKLOG / 6, 120_000);
      const [from, handled] = [run.nowMs, run.table.handled];
      await run.handledMore(BACKLOG / 2, 120_000);
      measured(Math.round(((run.table.handled - handled) / (run.nowMs - from)) * 1000));
    },
  };
}
