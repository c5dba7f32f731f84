import { afterEach, expect, jest, test } from '@jest/globals';
import { waitFor } from '../../support/kafka.js';
import { endProcesses } from '../../support/main-process.js';
import { Scene } from './ops-process.js';

jest.setTimeout(180_000);
afterEach(endProcesses);

test('the state names what a partition waits for: a running handler, a retry, parked records', async () => {
  const scene = await Scene.create();
  const service = scene.start();
  await scene.send('orders', [{ id: 'o1' }, { id: 'o2', hangs: true }, { id: 'o3' }]);
  await scene.send('slow', [{ id: 's1', fails: true }]);
  await scene.send('accounts', [
    { id: 'a1', key: 'a', fails: true },
    { id: 'a2', key: 'a' },
  ]);
  await service.joined(3);
  const partition = async (name: 'orders' | 'accounts' | 'slow') =>
    (await service.state()).partitions.find(({ topic }) => topic === scene.topic(name));

  await waitFor(async () => (await partition('slow'))?.waitingForRetry === 1, {
    what: 'the wait for a retry',
  });
  await waitFor(async () => (await partition('accounts'))?.committed === '2', { what: 'both to be parked' });
  await waitFor(() => service.handled.includes('o3'), { what: 'the orders' });
  const failed = { failures: 1, lastError: 'TypeError: s1 is broken' };
  const waits = expect.stringMatching(/^to be retried in \d+ ms$/);
  expect(await partition('slow')).toMatchObject({
    committableOffset: '0',
    reachableOffset: '1',
    lag: 1,
    inFlight: 1,
    activeCalls: 0,
    waitingForRetry: 1,
    oldest: { offset: '0', state: waits, ...failed },
  });
  expect(await partition('orders')).toMatchObject({
    committableOffset: '1',
    reachableOffset: '3',
    lag: 2,
    activeCalls: 1,
    waitingForRetry: 0,
    paused: false,
    oldest: { offset: '1', state: expect.stringMatching(/^its handler has run for \d+ ms$/), failures: 0 },
    stuck: [],
  });
  expect(await partition('accounts')).toMatchObject({ parked: 2, lag: 0, inFlight: 0 });
  expect(await service.state()).toMatchObject({
    groupId: scene.groupId,
    phase: 'running',
    joins: 1,
    restarts: 0,
    generation: expect.any(Number),
    memberId: expect.any(String),
    missingTopics: [],
    pausedByOperator: [],
  });
  expect(JSON.stringify(await service.state())).not.toContain('secret');
});
