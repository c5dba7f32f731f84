import { expect, test } from '@jest/globals';
import { RetryPurge } from './retry-purge.js';

interface Deleted {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function purgeThat(outcome: () => Promise<void>): { purge: RetryPurge; deleted: Deleted[]; told: string[] } {
  const deleted: Deleted[] = [];
  const told: string[] = [];
  const purge = new RetryPurge({
    groupId: 'g',
    isRetryTopic: (topic) => topic.startsWith('retry'),
    deleteCommitted: (_groupId, topic, partitions) => {
      deleted.push({ topic, partitions: [...partitions] });
      return outcome();
    },
    failed: (why) => told.push(why),
  });
  return { purge, deleted, told };
}

const at = (topic: string, partition: number) => ({ topic, partition });
const succeeds = (): Promise<void> => Promise.resolve();

test('deletes from retry topics what was committed, and from no other topic anything', async () => {
  const { purge, deleted } = purgeThat(succeeds);
  purge.committed([at('orders', 0), at('retry-a', 0)]);
  purge.committed([at('retry-a', 0), at('retry-a', 1), at('retry-b', 0)]);
  await purge.purge();
  expect(deleted).toEqual([
    { topic: 'retry-a', partitions: [0, 1] },
    { topic: 'retry-b', partitions: [0] },
  ]);
});

test('asks nothing of the brokers where nothing was committed since', async () => {
  const { purge, deleted } = purgeThat(succeeds);
  purge.committed([at('retry-a', 0)]);
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
  purge.committed([at('retry-a', 0)]);
  await purge.purge();
  purge.committed([at('retry-a', 1)]);
  await purge.purge();
  await purge.purge();
  await purge.purge();
  expect(deleted.map(({ partitions }) => partitions)).toEqual([[0], [0, 1], [0, 1]]);
  expect(told).toEqual(['no grant']);
});

test('deletes nothing of a retry topic that was recreated before what was handled in it could be deleted', async () => {
  let waiting = ['handled', 'handled', 'handled'];
  let committed: number | undefined = 3;
  let isGranted = false;
  const purge = new RetryPurge({
    groupId: 'g',
    isRetryTopic: () => true,
    deleteCommitted: async () => {
      if (!isGranted) throw new Error('no grant');
      waiting = waiting.slice(committed ?? 0);
    },
    failed: () => undefined,
  });
  purge.committed([at('retry-a', 0)]);
  await purge.purge();
  // Brokers forget the offsets of a topic that is deleted.
  [waiting, committed, isGranted] = [['a', 'b', 'c', 'd'], undefined, true];
  await purge.purge();
  expect(waiting).toEqual(['a', 'b', 'c', 'd']);
});

test('deletes nothing for commits that were made before the log was replaced', async () => {
  const outcomes = [new Error('no grant')];
  let whileAsking = (): void => undefined;
  const { purge, deleted } = purgeThat(() => {
    whileAsking();
    const failure = outcomes.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  });
  const forgetFirst = (): void => purge.forget(({ partition }) => partition === 0);
  purge.committed([at('retry-a', 0)]);
  forgetFirst();
  await purge.purge();
  expect(deleted).toEqual([]);
  purge.committed([at('retry-a', 0), at('retry-a', 1)]);
  whileAsking = forgetFirst;
  await purge.purge();
  whileAsking = () => undefined;
  await purge.purge();
  expect(deleted.map(({ partitions }) => partitions)).toEqual([[0, 1], [1]]);
});
