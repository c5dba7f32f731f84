import { SESSION_MS } from '../settings.js';
import type { Scenario } from './scenario.js';

const withPoison: Pick<Scenario, 'deedOf' | 'play'> = {
  deedOf: (id) => (id % 100 === 0 ? { do: 'poison' } : id % 50 === 1 ? { do: 'flaky' } : undefined),
  play: async (scene) => {
    await scene.begin();
    await scene.pass(6000);
    await scene.fault('kill -9', 'b', { ends: 'b' }, () => scene.fleet.kill('b'));
    await scene.fleet.joined('b');
    await scene.handledMore(1500);
  },
};

/** What handlers and records do. */
export const handlerScenarios: readonly Scenario[] = [
  {
    name: 'poison',
    description:
      '1 % of the records can never be handled, 2 % fail twice, and an instance is killed meanwhile',
    ...withPoison,
  },
  {
    name: 'poison-batches',
    description: 'the same in batches of up to 100',
    streams: [{ name: 'batches', options: { read: 'batch', batch: { maxRecords: 100 } }, delayMs: 20 }],
    peers: [],
    ...withPoison,
  },
  {
    name: 'handler-waits',
    description: 'handlers that wait for ever until they are told to stop: timeoutMs tells them',
    streams: [{ name: 'records', options: { timeoutMs: 2000 } }],
    play: async (scene) => {
      await scene.begin();
      await scene.fault('handlers wait', 'three records', 'nothing', async () => {
        for (let i = 0; i < 3; i++) scene.load.plan({ do: 'wait' });
        await scene.pass(8000);
      });
    },
  },
  {
    name: 'handler-hangs',
    description:
      'a handler that never returns, whatever it is told: liveness fails, and the instance is replaced',
    streams: [{ name: 'records', options: { timeoutMs: 2000 } }],
    play: async (scene) => {
      await scene.begin();
      scene.fleet.probe();
      await scene.fault('handler hangs', 'the owner of the record', 'around', async () => {
        scene.load.plan({ do: 'hang' });
        await scene.pass(40_000);
      });
    },
  },
  {
    name: 'blocked-loop',
    description: 'a handler blocks the event loop for 20 s, more than three sessions',
    play: async (scene) => {
      await scene.begin();
      await scene.deed('event loop blocked', { do: 'block', ms: 20_000 });
      await scene.pass(SESSION_MS);
    },
  },
  {
    name: 'leaking-handler',
    description: 'a handler that keeps memory until V8 gives up and the process dies; it comes back',
    memoryGrows: true,
    processesFail: true,
    play: async (scene) => {
      await scene.begin();
      await scene.fault('handler leaks', 'the owner of the record', 'around', async () => {
        scene.load.plan({ do: 'leak', bytes: 700 * 2 ** 20 });
        await scene.fleet.replaced();
      });
    },
  },
  {
    name: 'late-error',
    description:
      'an error thrown outside of any handler, after it has returned: it ends the process, as Node does',
    processesFail: true,
    play: async (scene) => {
      await scene.begin();
      await scene.fault('late error', 'the owner of the record', 'around', async () => {
        scene.load.plan({ do: 'late' });
        await scene.fleet.replaced();
      });
    },
  },
  {
    name: 'settled-then-thrown',
    description: 'handlers that throw after they have confirmed their record: it is not handled again',
    streams: [{ name: 'manual', options: { commit: 'manual', order: 'key' } }],
    deedOf: (id) => (id % 20 === 0 ? { do: 'settled-then-thrown' } : undefined),
    peers: [],
    play: async (scene) => {
      await scene.begin();
      await scene.fault('throws after it settled', 'each 20th record', 'nothing', () => scene.pass(8000));
    },
  },
  {
    name: 'large-records',
    description: 'records of 900 KB among small ones, and an instance is killed meanwhile',
    rate: 60,
    deedOf: (id) => (id % 10 === 0 ? { pad: 'x'.repeat(900_000) } : undefined),
    play: async (scene) => {
      await scene.load.start();
      await scene.startInstances();
      await scene.handledMore(200);
      await scene.fault('kill -9', 'a', { ends: 'a' }, () => scene.fleet.kill('a'));
      await scene.fleet.joined('a');
      await scene.handledMore(300);
    },
  },
  {
    name: 'burst',
    description: 'a hundred times the rate for two seconds',
    rate: 200,
    play: async (scene) => {
      await scene.begin();
      await scene.fault('burst', '100 times the rate', 'nothing', async () => {
        scene.load.burst(40_000);
        await scene.handledMore(40_000, 120_000);
      });
    },
  },
];
