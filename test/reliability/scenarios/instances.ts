import type { Run } from '../run.js';
import { settings } from '../settings.js';
import type { Scenario } from './scenario.js';

const SESSION_MS = Number(settings.KAFKA_SESSION_TIMEOUT_MS);

/** Starts instances and load, and waits until records flow. */
export async function begin(run: Run): Promise<void> {
  await run.load.start();
  await run.startInstances();
  await run.handledMore(1000);
}

/** Kills an instance in the moment it sends a request; another one takes its place. */
function killAt(moment: string, slot: string): (run: Run) => Promise<void> {
  return async (run) => {
    const instance = run.fleet.running.get(slot);
    if (!instance) return;
    await run.fleet.stop(slot);
    for (const when of ['sent', 'unsent']) {
      await run.fault(`kill -9 at ${moment}, ${when}`, slot, { ends: slot }, async () => {
        await run.fleet.start(slot, { RELIABILITY_KILL_AT: `${moment} ${when} 5` });
        const victim = run.fleet.running.get(slot);
        await Promise.race([victim?.ended, run.pass(20_000)]);
      });
      await run.fleet.joined(slot);
      await run.handledMore(200);
    }
  };
}

/** What happens to the service's own processes. */
export const instanceScenarios: readonly Scenario[] = [
  {
    name: 'kill',
    description: 'kill -9 of an instance under load, three times, each time another one',
    play: async (run) => {
      await begin(run);
      for (const slot of ['a', 'b', 'c']) {
        await run.fault('kill -9', slot, { ends: slot }, () => run.fleet.kill(slot));
        await run.fleet.joined(slot);
        await run.handledMore(800);
      }
    },
  },
  {
    name: 'kill-in-batch',
    description: 'handlers of batches that end their process in the middle of one',
    streams: [{ name: 'batches', options: { read: 'batch', batch: { maxRecords: 100 } }, delayMs: 20 }],
    peers: ['kafkajs'],
    play: async (run) => {
      await begin(run);
      for (let i = 0; i < 3; i++) {
        await run.fault('kill -9 in a batch', 'whoever has the record', 'around', async () => {
          run.load.plan({ do: 'die' });
          await run.pass(4000);
        });
      }
    },
  },
  {
    name: 'kill-at-commit',
    description: 'kill -9 of an instance in the moment it sends a commit, before and after',
    play: async (run) => {
      await begin(run);
      await killAt('commit', 'b')(run);
    },
  },
  {
    name: 'kill-at-dead-letter',
    description: 'kill -9 of an instance in the moment it writes a dead letter, before and after',
    deedOf: (id) => (id % 50 === 0 ? { do: 'poison' } : undefined),
    peers: [],
    play: async (run) => {
      await begin(run);
      await killAt('produce', 'b')(run);
    },
  },
  {
    name: 'sigterm',
    description: 'SIGTERM of an instance under load, and a new one in its place, three times',
    play: async (run) => {
      await begin(run);
      for (const slot of ['a', 'b', 'c']) {
        await run.fault('SIGTERM', slot, 'nothing', () => run.fleet.roll(slot));
        await run.fleet.joined(slot);
        await run.handledMore(400);
      }
    },
  },
  {
    name: 'rolling-restart',
    description: 'all instances replaced one after the other without a pause, twice',
    play: async (run) => {
      await begin(run);
      for (const slot of ['a', 'b', 'c', 'a', 'b', 'c']) {
        await run.fault('rolling restart', slot, 'nothing', () => run.fleet.roll(slot));
      }
      await run.handledMore(400);
    },
  },
  {
    name: 'scale',
    description: 'from 1 to 3 instances and back to 1 with handlers of 50 ms',
    instances: 1,
    streams: [{ name: 'records', delayMs: 50 }],
    play: async (run) => {
      await begin(run);
      await run.fault('scale', '1 to 3', 'nothing', async () => {
        await Promise.all(['b', 'c'].map((slot) => run.fleet.start(slot)));
        await Promise.all(['b', 'c'].map((slot) => run.fleet.joined(slot)));
      });
      await run.handledMore(1500);
      await run.fault('scale', '3 to 1', 'nothing', async () => {
        await Promise.all(['b', 'c'].map((slot) => run.fleet.stop(slot)));
      });
      await run.handledMore(1500);
    },
  },
  {
    name: 'zombie',
    description:
      'SIGSTOP of an instance for twice its session, then SIGCONT: its late results must commit nothing',
    streams: [{ name: 'records', delayMs: 50 }],
    play: async (run) => {
      await begin(run);
      for (const slot of ['a', 'c']) {
        await run.fault('SIGSTOP', slot, { hits: slot }, async () => {
          run.fleet.suspend(slot);
          await run.pass(2 * SESSION_MS);
          run.fleet.resume(slot);
        });
        await run.handledMore(800);
      }
    },
  },
  {
    name: 'clock-jumps',
    description: "an instance's wall clock jumps an hour ahead, another's an hour back, and both return",
    play: async (run) => {
      await begin(run);
      await run.fault('clock', 'a +1 h, b -1 h', 'nothing', async () => {
        run.fleet.order('a', 'clock 3600000');
        run.fleet.order('b', 'clock -3600000');
        await run.pass(10_000);
        for (const slot of ['a', 'b']) run.fleet.order(slot, 'clock 0');
        await run.pass(5000);
      });
    },
  },
];
