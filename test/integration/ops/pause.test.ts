import { afterEach, expect, jest, test } from '@jest/globals';
import { endOffsets, waitFor } from '../../support/kafka.js';
import { endProcesses } from '../../support/main-process.js';
import { type OpsProcess, Scene, TOKEN } from './ops-process.js';

jest.setTimeout(180_000);
afterEach(endProcesses);

const laterOn = (service: OpsProcess, topic: string) => async (): Promise<boolean> => {
  const { partitions } = await service.state();
  return partitions.some((each) => each.topic === topic && each.reachableOffset === '3');
};

test('a pause stops a topic, even across a rebalance, until it is resumed', async () => {
  const scene = await Scene.create(2);
  const topic = scene.topic('orders');
  const first = scene.start({ OPS_TOKEN: TOKEN, KAFKA_LAG_REFRESH_MS: '200' });
  await first.joined(6);
  const at = (partition: number) => ({ topic, partition });
  expect(await first.ask('POST', 'pause', { topic })).toEqual({
    status: 200,
    body: {
      groups: [{ group: scene.groupId, pausedByOperator: [{ topic }], assigned: [at(0), at(1)] }],
    },
  });
  for (const partition of [0, 1]) {
    await scene.send('orders', [
      { id: `${partition}.1`, partition },
      { id: `${partition}.2`, partition },
      { id: `${partition}.3`, partition },
    ]);
  }
  await scene.send('slow', [{ id: 'other' }]);
  await waitFor(() => first.handled.includes('other'), { what: 'the topic that is not paused' });
  await waitFor(laterOn(first, topic), { what: 'the end of the paused topic to be known' });
  expect(first.handled).toEqual(['other']);

  const second = scene.start();
  await Promise.all([first.joined(3), second.joined(3)]);
  const mine = (await first.state()).partitions.filter((each) => each.topic === topic);
  expect(mine.map(({ pauseReasons }) => pauseReasons)).toEqual(mine.map(() => ['paused by an operator']));
  const [kept] = mine;
  if (!kept) throw new Error('the first member has no partition of the topic');
  expect(mine).toHaveLength(1);
  const other = 1 - kept.partition;
  await waitFor(() => second.handled.length === 3, { what: 'the partition that another member has now' });
  expect(second.handled).toEqual([1, 2, 3].map((each) => `${other}.${each}`));
  expect(first.handled).toEqual(['other']);

  const alone = await first.ask('POST', 'resume', { topic, partition: kept.partition });
  expect(alone).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('resume the topic') },
  });
  expect(await first.ask('POST', 'resume', { topic })).toMatchObject({
    status: 200,
    body: { groups: [{ pausedByOperator: [], assigned: [] }] },
  });
  await waitFor(() => first.handled.length === 4, { what: 'the rest' });
  expect(first.handled).toEqual(['other', ...[1, 2, 3].map((each) => `${kept.partition}.${each}`)]);

  expect(first.audit).toMatchObject([
    {
      what: 'pause',
      parameters: { topic },
      outcome: 'done',
      address: expect.stringMatching(/127\.0\.0\.1$|^::1$/),
    },
    {
      what: 'resume',
      parameters: { topic, partition: kept.partition },
      outcome: 'failed',
      error: expect.stringContaining('resume the topic'),
    },
    {
      what: 'resume',
      parameters: { topic },
      outcome: 'done',
      token: expect.stringMatching(/^sha256:\w{12}$/),
    },
  ]);
});

test('one partition can be paused alone', async () => {
  const scene = await Scene.create(2);
  const topic = scene.topic('orders');
  const service = scene.start();
  await service.joined(6);
  await service.ask('POST', 'pause', { topic, partition: 1 });
  await scene.send('orders', [
    { id: 'paused', partition: 1 },
    { id: 'goes on', partition: 0 },
  ]);
  await waitFor(() => service.output.includes('handled goes on'), { what: 'the other partition' });
  expect((await endOffsets(topic)).get(1)).toBe(1n);
  expect(service.output).not.toContain('handled paused');
  await service.ask('POST', 'resume', { topic, partition: 1 });
  await waitFor(() => service.output.includes('handled paused'), { what: 'the partition' });
});
