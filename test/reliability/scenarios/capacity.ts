import type { Scene } from '../scene.js';
import type { Scenario } from './scenario.js';

const BACKLOG = 60_000;

/** A backlog worked off without harm: what the instances can do together. */
export function capacityOf(like: Scenario, measured: (recordsPerSecond: number) => void): Scenario {
  return {
    ...like,
    name: 'capacity',
    description: `a backlog of ${BACKLOG} records, worked off without harm`,
    play: async (scene: Scene) => {
      await scene.load.fill(BACKLOG);
      await scene.startInstances();
      await scene.handledMore(BACKLOG / 6, 120_000);
      const [from, handled] = [scene.nowMs, scene.table.handled];
      await scene.handledMore(BACKLOG / 2, 120_000);
      measured(Math.round(((scene.table.handled - handled) / (scene.nowMs - from)) * 1000));
    },
  };
}
