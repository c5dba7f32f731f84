import { afterEach, expect, jest, test } from '@jest/globals';
import { KafkaRuntime } from '../../../src/transport/index.js';
import { deadLetterTopicOf, parkingTopicOf, retryTopicOf } from '../../../src/redelivery/topic-names.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { type HandlerService, startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

function assigned({ app, groupId }: HandlerService): string[] {
  const { assignment = [] } = app.get(KafkaRuntime).group(groupId)?.status ?? {};
  return [...new Set(assignment.map(({ topic }) => topic))].toSorted();
}

const once = { attempts: 1 };
const bad = (): never => {
  throw new Error('no');
};

test('a pattern that matches the dead-letter topic of its handler makes one dead letter of each bad record', async () => {
  const prefix = uniqueName('all');
  const topic = await createTopic(`${prefix}-orders`);
  const failed = await createTopic(`${prefix}-failed`);
  await produce(topic, ['bad', 'bad']);
  const service = await startHandlers([
    { topic: new RegExp(`^${prefix}`), options: { deadLetterTopic: failed, retry: once }, handle: bad },
    { topic: /^__/, handle: bad },
  ]);
  await waitFor(() => isCaughtUp(service.groupId, topic), { what: 'the end' });
  expect(assigned(service)).toEqual([topic]);
  expect(await readTopic(failed)).toHaveLength(2);
});

test('a topic that a handler names is read even if it has the name of a failure topic', async () => {
  const name = uniqueName('cars');
  const topics = await Promise.all(
    [`${name}.parked`, `${name}.dlt`, `${name}.retry.1h`].map((each) => createTopic(each)),
  );
  for (const topic of topics) await produce(topic, [topic]);
  const handled: unknown[] = [];
  await startHandlers(topics.map((topic) => ({ topic, handle: (payload) => handled.push(payload) })));
  await waitFor(() => handled.length === topics.length, { what: 'a record of each topic' });
  expect(handled.toSorted()).toEqual(topics.toSorted());
});

test('records of topics with the longest names, in a group whose id is no topic name, are retried, parked and dead-lettered', async () => {
  const groupId = `${uniqueName('team')}: Größe_1`;
  const longest = (prefix: string): string => `${uniqueName(prefix)}-${'x'.repeat(249)}`.slice(0, 249);
  const [later, parked] = await Promise.all([createTopic(longest('later')), createTopic(longest('parked'))]);
  for (const topic of [later, parked]) await produce(topic, [{ key: 'k', value: 'bad' }]);
  const calls: string[] = [];
  const handle = (_payload: unknown, context: { getTopic(): string }): never => {
    calls.push(context.getTopic());
    return bad();
  };
  await startHandlers(
    [
      { topic: later, options: { onFailure: 'retry-topic', delays: ['1s'], retry: once }, handle },
      { topic: parked, options: { onFailure: 'park', retry: once }, handle },
    ],
    { groupId },
  );
  const letters = await waitFor(
    async () => {
      const found = await readTopic(deadLetterTopicOf(later));
      return found.length > 0 && found;
    },
    { what: 'the dead letter' },
  );
  expect(letters).toMatchObject([{ headers: { 'dlt-original-topic': later, 'dlt-attempts': '2' } }]);
  expect(calls).toContain(retryTopicOf(later, groupId, '1s'));
  const isParked = async (): Promise<boolean> => {
    const stored = await readTopic(parkingTopicOf(parked, groupId));
    return stored.some(({ headers }) => headers['dlt-original-topic'] === parked);
  };
  await waitFor(isParked, { what: 'the parked record' });
});

test('a retry topic whose name Kafka rejects is reported, and the other topics are read', async () => {
  const groupId = uniqueName('group');
  const [refused, fine] = await Promise.all([
    createTopic(uniqueName('refused')),
    createTopic(uniqueName('fine')),
  ]);
  // Kafka treats dots and underscores as equal.
  await createTopic(retryTopicOf(refused, groupId, '1s').replaceAll('.', '_'));
  await produce(fine, ['good']);
  const handled: unknown[] = [];
  const options = { onFailure: 'retry-topic', delays: ['1s'] } as const;
  const service = await startHandlers(
    [refused, fine].map((topic) => ({ topic, options, handle: (payload) => handled.push(payload) })),
    { groupId },
  );
  await waitFor(() => handled.length === 1, { what: 'the record of the other topic' });
  const { retryTopicProblems } = service.app.get(KafkaRuntime).group(groupId)?.status ?? {};
  expect(retryTopicProblems).toHaveLength(1);
  expect(retryTopicProblems?.[0]).toContain(retryTopicOf(refused, groupId, '1s'));
  expect(retryTopicProblems?.[0]).toContain('collides');
});
