import { expect, test } from '@jest/globals';
import { RetryPurge } from './retry-purge.js';

interface Deleted {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** A purge whose requests have these outcomes, and the offsets that each request asked to delete. */
function purgeThat(outcome: () => Promise<ReadonlyMap<string, Error>>): {
  purge: RetryPurge;
  deleted: Deleted[][];
  reported: string[];
} {
  const deleted: Deleted[][] = [];
  const reported: string[] = [];
  const purge = new RetryPurge({
    groupId: 'g',
    isRetryTopic: (topic) => topic.startsWith('retry'),
    deleteCommitted: (_groupId, byTopic) => {
      deleted.push([...byTopic].map(([topic, partitions]) => ({ topic, partitions: [...partitions] })));
      return outcome();
    },
    failed: (why) => reported.push(why),
  });
  return { purge, deleted, reported };
}

const at = (topic: string, partition: number) => ({ topic, partition });
const succeeds = (): Promise<ReadonlyMap<string, Error>> => Promise.resolve(new Map());

test('a purge deletes the committed records of all retry topics with one request, and none of other topics', async () => {
  const { purge, deleted } = purgeThat(succeeds);
  purge.committed([at('orders', 0), at('retry-a', 0)]);
  purge.committed([at('retry-a', 0), at('retry-a', 1), at('retry-b', 0)]);
  await purge.purge();
  expect(deleted).toEqual([
    [
      { topic: 'retry-a', partitions: [0, 1] },
      { topic: 'retry-b', partitions: [0] },
    ],
  ]);
});

test('a purge sends no request if nothing was committed since the last purge', async () => {
  const { purge, deleted } = purgeThat(succeeds);
  purge.committed([at('retry-a', 0)]);
  await purge.purge();
  await purge.purge();
  expect(deleted).toHaveLength(1);
});

test('a purge retries failed deletions, and reports the reason once', async () => {
  const outcomes = [new Error('no grant'), new Error('no grant'), undefined];
  const { purge, deleted, reported } = purgeThat(() => {
    const failure = outcomes.shift();
    return failure ? Promise.reject(failure) : succeeds();
  });
  purge.committed([at('retry-a', 0)]);
  await purge.purge();
  purge.committed([at('retry-a', 1)]);
  await purge.purge();
  await purge.purge();
  await purge.purge();
  expect(deleted.flat().map(({ partitions }) => partitions)).toEqual([[0], [0, 1], [0, 1]]);
  expect(reported).toEqual(['no grant']);
});

test('a purge retries only the topics that failed', async () => {
  const outcomes = [new Map([['retry-b', new Error('no grant')]]), new Map<string, Error>()];
  const { purge, deleted, reported } = purgeThat(() => Promise.resolve(outcomes.shift() ?? new Map()));
  purge.committed([at('retry-a', 0), at('retry-b', 1)]);
  await purge.purge();
  await purge.purge();
  expect(deleted[1]).toEqual([{ topic: 'retry-b', partitions: [1] }]);
  expect(reported).toEqual(['no grant']);
});

test('a purge deletes nothing of a retry topic that was recreated meanwhile', async () => {
  let waiting = ['handled', 'handled', 'handled'];
  let committed: number | undefined = 3;
  let isGranted = false;
  const purge = new RetryPurge({
    groupId: 'g',
    isRetryTopic: () => true,
    deleteCommitted: async () => {
      if (!isGranted) throw new Error('no grant');
      waiting = waiting.slice(committed ?? 0);
      return new Map();
    },
    failed: () => undefined,
  });
  purge.committed([at('retry-a', 0)]);
  await purge.purge();
  // Brokers drop the committed offsets of a deleted topic.
  [waiting, committed, isGranted] = [['a', 'b', 'c', 'd'], undefined, true];
  await purge.purge();
  expect(waiting).toEqual(['a', 'b', 'c', 'd']);
});

test('a purge ignores commits from before the log was replaced', async () => {
  const outcomes = [new Error('no grant')];
  let whileAsking = (): void => undefined;
  const { purge, deleted } = purgeThat(() => {
    whileAsking();
    const failure = outcomes.shift();
    return failure ? Promise.reject(failure) : succeeds();
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
  expect(deleted.flat().map(({ partitions }) => partitions)).toEqual([[0, 1], [1]]);
});
