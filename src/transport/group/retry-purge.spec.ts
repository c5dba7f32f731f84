import { expect, test } from '@jest/globals';
import { toOffset, type TopicPartition } from '../../pipeline/index.js';
import { RetryPurge } from './retry-purge.js';

interface Deleted {
  readonly topic: string;
  readonly offsets: Record<number, string>;
}

function purgeThat(outcome: () => Promise<void>): { purge: RetryPurge; deleted: Deleted[]; told: string[] } {
  const deleted: Deleted[] = [];
  const told: string[] = [];
  const purge = new RetryPurge({
    isRetryTopic: (topic) => topic.startsWith('retry'),
    deleteBefore: (topic, offsets) => {
      deleted.push({ topic, offsets: Object.fromEntries(offsets) });
      return outcome();
    },
    failed: (why) => told.push(why),
  });
  return { purge, deleted, told };
}

const at = (topic: string, partition: number, offset: number) => ({
  topic,
  partition,
  offset: toOffset(offset),
});
const isFirst = ({ partition }: TopicPartition): boolean => partition === 0;
const succeeds = (): Promise<void> => Promise.resolve();

test('deletes from retry topics what was committed, and from no other topic anything', async () => {
  const { purge, deleted } = purgeThat(succeeds);
  purge.committed([at('orders', 0, 9), at('retry-a', 0, 3)]);
  purge.committed([at('retry-a', 0, 5), at('retry-a', 1, 2), at('retry-b', 0, 1)]);
  await purge.purge();
  expect(deleted).toEqual([
    { topic: 'retry-a', offsets: { 0: '5', 1: '2' } },
    { topic: 'retry-b', offsets: { 0: '1' } },
  ]);
});

test('deletes no further than the last commit, although more was committed before: the log may be another one', async () => {
  const outcomes = [new Error('no grant'), undefined];
  const { purge, deleted } = purgeThat(() => {
    const failure = outcomes.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  });
  purge.committed([at('retry-a', 0, 1_000)]);
  await purge.purge();
  purge.committed([at('retry-a', 0, 5)]);
  await purge.purge();
  expect(deleted.map(({ offsets }) => offsets)).toEqual([{ 0: '1000' }, { 0: '5' }]);
});

test('deletes nothing for commits that were made before the log was replaced', async () => {
  const outcomes = [new Error('no grant')];
  let whileAsking = (): void => undefined;
  const { purge, deleted } = purgeThat(() => {
    whileAsking();
    const failure = outcomes.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  });
  purge.committed([at('retry-a', 0, 1_000)]);
  purge.forget(isFirst);
  await purge.purge();
  expect(deleted).toEqual([]);
  purge.committed([at('retry-a', 0, 2_000), at('retry-a', 1, 7)]);
  whileAsking = () => purge.forget(isFirst);
  await purge.purge();
  whileAsking = () => undefined;
  await purge.purge();
  expect(deleted.map(({ offsets }) => offsets)).toEqual([{ 0: '2000', 1: '7' }, { 1: '7' }]);
});

test('asks nothing of the brokers where nothing was committed since', async () => {
  const { purge, deleted } = purgeThat(succeeds);
  purge.committed([at('retry-a', 0, 3)]);
  await purge.purge();
  await purge.purge();
  expect(deleted).toHaveLength(1);
});

test('tries again what could not be deleted, and says why once', async () => {
  const outcomes = [new Error('no grant'), new Error('no grant'), undefined];
  const { purge, deleted, told } = purgeThat(() => {
    const failure = outcomes.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  });
  purge.committed([at('retry-a', 0, 3)]);
  await purge.purge();
  purge.committed([at('retry-a', 0, 4)]);
  await purge.purge();
  await purge.purge();
  await purge.purge();
  expect(deleted.map(({ offsets }) => offsets)).toEqual([{ 0: '3' }, { 0: '4' }, { 0: '4' }]);
  expect(told).toEqual(['no grant']);
});
