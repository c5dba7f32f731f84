import type { Scene } from '../scene.js';
import type { Scenario } from './scenario.js';

const BACKLOG = 80_000;

/**
 * The throughput of the instances without faults: a backlog is worked off while half as many records are written as
 * are handled otherwise. The load runs on the same machine and uses a part of it.
 */
export function capacityOf(like: Scenario, measured: (recordsPerSecond: number) => void): Scenario {
  return {
    ...like,
    name: 'capacity',
    description: `a backlog of ${BACKLOG} records, worked off without harm beside the load`,
    play: async (scene: Scene) => {
      await scene.load.fill(BACKLOG);
      await scene.startInstances();
      await scene.handledMore(BACKLOG / 8, 120_000);
      scene.load.options.rate = (await rateOf(scene, BACKLOG / 4)) / 2;
      await scene.load.start();
      measured(Math.round(await rateOf(scene, BACKLOG / 2)));
    },
  };
}

/** Records per second, measured over this many records. */
async function rateOf(scene: Scene, records: number): Promise<number> {
  const [from, before] = [scene.nowMs, scene.table.handled];
  await scene.handledMore(records, 120_000);
  return ((scene.table.handled - before) / (scene.nowMs - from)) * 1000;
}
