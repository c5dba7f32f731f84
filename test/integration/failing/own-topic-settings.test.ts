import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { parkingTopicOf, retryTopicOf } from '../../../src/redelivery/topic-names.js';
import { useAdmin } from '../../support/kafka-clients.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const NAMES = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'max.message.bytes', 'compression.type'];
const TOPIC = 2;

async function settingsOf(topic: string): Promise<Record<string, string>> {
  const { resources } = await useAdmin((admin) =>
    admin.describeConfigs({
      resources: [{ type: TOPIC, name: topic, configNames: NAMES }],
      includeSynonyms: false,
    }),
  );
  const entries = resources.flatMap(({ configEntries }) => configEntries);
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
}

const fails = (): never => {
  throw new Error('no');
};
const once = { retry: { attempts: 1 } };

describe('a topic that the service creates', () => {
  test('a topic that the service creates has every setting that its records depend on, and the size limit of its source', async () => {
    const topic = await createTopic(uniqueName('source'), { config: { 'max.message.bytes': '2000000' } });
    const groupId = uniqueName('group');
    const options: KafkaHandlerOptions = { ...once, onFailure: 'retry-topic', delays: ['100ms'] };
    await produce(topic, ['bad']);
    await startHandlers([{ topic, options, handle: fails }], { groupId });
    await waitFor(async () => (await readTopic(`${topic}.dlt`)).length === 1, { what: 'the dead letter' });
    const expected = {
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'max.message.bytes': String(2_000_000 + 64 * 1024),
      'compression.type': 'producer',
    };
    expect(await settingsOf(retryTopicOf(topic, groupId, '100ms'))).toEqual(expected);
    expect(await settingsOf(`${topic}.dlt`)).toEqual(expected);
  });
});

describe('a topic that exists', () => {
  test('the retention of an existing topic is corrected if waiting records would be deleted', async () => {
    const topic = await createTopic(uniqueName('source'));
    const groupId = uniqueName('group');
    const retries = retryTopicOf(topic, groupId, '100ms');
    await createTopic(retries, { config: { 'retention.ms': '50', 'cleanup.policy': 'compact' } });
    const options: KafkaHandlerOptions = { ...once, onFailure: 'retry-topic', delays: ['100ms'] };
    await produce(topic, ['bad']);
    const { runtime } = await startHandlers([{ topic, options, handle: fails }], { groupId });
    await waitFor(async () => (await readTopic(`${topic}.dlt`)).length === 1, { what: 'the dead letter' });
    expect(await settingsOf(retries)).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': '-1' });
    expect(runtime.ownTopics.problems).toEqual([]);
  });

  test('the size limit of an existing topic is raised for a record that its source accepts by now', async () => {
    const topic = await createTopic(uniqueName('source'));
    const groupId = uniqueName('group');
    await createTopic(`${topic}.dlt`, { config: { 'retention.ms': '-1' } });
    await startHandlers([{ topic, options: once, handle: fails }], { groupId });
    await produce(topic, ['small']);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the first dead letter' });
    const limit = [{ name: 'max.message.bytes', value: '3000000' }];
    await useAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC, name: topic, configEntries: limit }],
      }),
    );
    const value = randomBytes(2_000_000);
    await waitFor(
      () =>
        produce(topic, [{ value }]).then(
          () => true,
          () => false,
        ),
      { what: 'the raised limit' },
    );
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the large dead letter' });
    const letters = await readTopic(`${topic}.dlt`);
    expect(letters.map((letter) => [letter.value?.length, letter.headers['dlt-original-offset']])).toEqual([
      ['small'.length, '0'],
      [value.length, '1'],
    ]);
  });

  test('an unsuitable topic that may not be corrected is named, and gets no record that it would lose', async () => {
    const topic = await createTopic(uniqueName('source'));
    const groupId = uniqueName('group');
    await createTopic(`${topic}.dlt`, { config: { 'cleanup.policy': 'compact' } });
    await produce(topic, [{ key: null, value: 'bad' }]);
    const { runtime } = await startHandlers([{ topic, options: once, handle: fails }], {
      groupId,
      env: { KAFKA_CORRECT_TOPIC_SETTINGS: 'false' },
    });
    await waitFor(() => Promise.resolve(runtime.ownTopics.problems.some(({ isVital }) => isVital)), {
      what: 'the problem',
    });
    expect(runtime.ownTopics.problems).toContainEqual(
      expect.objectContaining({
        topic: `${topic}.dlt`,
        setting: 'cleanup.policy',
        value: 'compact',
        wanted: 'delete',
      }),
    );
    expect(await readTopic(`${topic}.dlt`)).toEqual([]);
    expect(await isCaughtUp(groupId, topic)).toBe(false);
    const policy = [{ name: 'cleanup.policy', value: 'delete' }];
    await useAdmin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC, name: `${topic}.dlt`, configEntries: policy }],
      }),
    );
    await waitFor(() => isCaughtUp(groupId, topic), {
      what: 'the dead letter, once the topic is safe',
      timeoutMs: 30_000,
    });
  });

  test('a parking topic with unsuitable settings is corrected before anything is parked', async () => {
    const topic = await createTopic(uniqueName('source'));
    const groupId = uniqueName('group');
    const parked = parkingTopicOf(topic, groupId);
    await createTopic(parked, { config: { 'cleanup.policy': 'delete', 'retention.ms': '1000' } });
    await produce(topic, [{ key: 'k', value: 'bad' }]);
    await startHandlers([{ topic, options: { ...once, onFailure: 'park' }, handle: fails }], { groupId });
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    expect(await settingsOf(parked)).toMatchObject({ 'cleanup.policy': 'compact' });
  });
});

test('records of a retry topic that were deleted before they were due are counted, and the group goes on', async () => {
  const topic = await createTopic(uniqueName('source'));
  const groupId = uniqueName('group');
  // Long enough for the test to delete the record before it is due, also on a busy machine.
  const delay = '10s';
  const retries = retryTopicOf(topic, groupId, delay);
  const handled: unknown[] = [];
  const handle = (payload: unknown): void => {
    if (payload === 'bad') throw new Error('no');
    handled.push(payload);
  };
  const options: KafkaHandlerOptions = { ...once, onFailure: 'retry-topic', delays: [delay] };
  await produce(topic, ['first']);
  await startHandlers([{ topic, options, handle }], { groupId });
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the first commit' });
  await stopServices();
  // No reset policy for its topics; the service's own retry topics are read from the start anyway.
  const env = { KAFKA_AUTO_OFFSET_RESET: 'none' };
  const service = await startHandlers([{ topic, options, handle }], { groupId, env });
  await produce(topic, ['bad']);
  await waitFor(async () => (await readTopic(retries)).length === 1, { what: 'the record that waits' });
  await useAdmin(async (admin) => {
    await admin.fetchTopicOffsets(retries);
    await admin.deleteTopicRecords({ topic: retries, partitions: [{ partition: 0, offset: '1' }] });
  });
  const outOfRange = (): number => service.runtime.groups[0]?.failures.of(retries).outOfRange ?? 0;
  await waitFor(() => Promise.resolve(outOfRange() === 1), { what: 'the loss to be counted' });
  await produce(topic, ['last']);
  await waitFor(() => Promise.resolve(handled.length === 2), { what: 'the group to go on' });
  expect(handled).toEqual(['first', 'last']);
});
