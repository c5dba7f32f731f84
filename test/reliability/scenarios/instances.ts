import type { Scene } from '../scene.js';
import { SESSION_MS } from '../settings.js';
import type { Scenario } from './scenario.js';

/** Kills an instance when it sends a certain request; another one replaces it. */
function killAt(moment: string, slot: string): (scene: Scene) => Promise<void> {
  return async (scene) => {
    for (const when of ['sent', 'unsent']) {
      await scene.fleet.stop(slot);
      await scene.fault(`kill -9 at ${moment}, ${when}`, slot, { ends: slot }, async () => {
        await scene.fleet.start(slot, { RELIABILITY_KILL_AT: `${moment} ${when} 5` });
        await Promise.race([scene.fleet.running.get(slot)?.ended, scene.pass(30_000)]);
      });
      await scene.fleet.joined(slot);
      await scene.handledMore(200);
    }
  };
}

/** What happens to the service's own processes. */
export const instanceScenarios: readonly Scenario[] = [
  {
    name: 'kill',
    description: 'kill -9 of an instance under load, three times, each time another one',
    play: async (scene) => {
      await scene.begin();
      for (const slot of ['a', 'b', 'c']) {
        await scene.fault('kill -9', slot, { ends: slot }, () => scene.fleet.kill(slot));
        await scene.fleet.joined(slot);
        await scene.handledMore(800);
      }
    },
  },
  {
    name: 'kill-in-batch',
    description: 'handlers of batches that end their process in the middle of one',
    streams: [{ name: 'batches', options: { read: 'batch', batch: { maxRecords: 100 } }, delayMs: 20 }],
    peers: ['kafkajs'],
    play: async (scene) => {
      await scene.begin();
      for (let i = 0; i < 3; i++) {
        await scene.deed('kill -9 in a batch', { do: 'die' });
        await scene.pass(4000);
      }
    },
  },
  {
    name: 'kill-at-commit',
    description: 'kill -9 of an instance in the moment it sends a commit, before and after',
    play: async (scene) => {
      await scene.begin();
      await killAt('commit', 'b')(scene);
    },
  },
  {
    name: 'kill-at-dead-letter',
    description: 'kill -9 of an instance in the moment it writes a dead letter, before and after',
    deedOf: (id) => (id % 50 === 0 ? { do: 'poison' } : undefined),
    peers: [],
    play: async (scene) => {
      await scene.begin();
      await killAt('produce', 'b')(scene);
    },
  },
  {
    name: 'sigterm',
    description: 'SIGTERM of an instance under load, and a new one in its place, three times',
    play: async (scene) => {
      await scene.begin();
      for (const slot of ['a', 'b', 'c']) {
        await scene.fault('SIGTERM', slot, 'nothing', () => scene.fleet.roll(slot));
        await scene.fleet.joined(slot);
        await scene.handledMore(400);
      }
    },
  },
  {
    name: 'rolling-restart',
    description: 'all instances replaced one after the other without a pause, twice',
    play: async (scene) => {
      await scene.begin();
      for (const slot of ['a', 'b', 'c', 'a', 'b', 'c']) {
        await scene.fault('rolling restart', slot, 'nothing', () => scene.fleet.roll(slot));
      }
      await scene.handledMore(400);
    },
  },
  {
    name: 'scale',
    description: 'from 1 to 3 instances and back to 1 with handlers of 50 ms',
    instances: 1,
    streams: [{ name: 'records', delayMs: 50 }],
    play: async (scene) => {
      await scene.begin();
      await scene.fault('scale', '1 to 3', 'nothing', async () => {
        await Promise.all(['b', 'c'].map((slot) => scene.fleet.start(slot)));
        await Promise.all(['b', 'c'].map((slot) => scene.fleet.joined(slot)));
      });
      await scene.handledMore(1500);
      await scene.fault('scale', '3 to 1', 'nothing', async () => {
        await Promise.all(['b', 'c'].map((slot) => scene.fleet.stop(slot)));
      });
      await scene.handledMore(1500);
    },
  },
  {
    name: 'zombie',
    description:
      'SIGSTOP of an instance for twice its session, then SIGCONT: its late results must commit nothing',
    streams: [{ name: 'records', delayMs: 50 }],
    play: async (scene) => {
      await scene.begin();
      for (const slot of ['a', 'c']) {
        await scene.fault('SIGSTOP', slot, { hits: slot }, async () => {
          scene.fleet.suspend(slot);
          await scene.pass(2 * SESSION_MS);
          scene.fleet.resume(slot);
        });
        await scene.handledMore(800);
      }
    },
  },
  {
    name: 'clock-jumps',
    description: "an instance's wall clock jumps an hour ahead, another's an hour back, and both return",
    play: async (scene) => {
      await scene.begin();
      await scene.fault('clock', 'a +1 h, b -1 h', 'nothing', async () => {
        scene.fleet.order('a', 'clock 3600000');
        scene.fleet.order('b', 'clock -3600000');
        await scene.pass(10_000);
        for (const slot of ['a', 'b']) scene.fleet.order(slot, 'clock 0');
        await scene.pass(5000);
      });
    },
  },
];
