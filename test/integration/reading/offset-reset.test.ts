import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ForeignClient } from '../../support/foreign-client.js';
import {
  committedOffsets,
  createTopic,
  produce,
  uniqueName,
  waitFor,
  withTestAdmin,
} from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

let java: ForeignClient;
beforeAll(async () => {
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(stopReaders);

const reset = (policy: string) => ({ env: { KAFKA_AUTO_OFFSET_RESET: policy } });

/** Like an operator with Kafka's own tool, which requires that the group has no members. */
async function setOffset(group: string, topic: string, offset: bigint): Promise<void> {
  await waitFor(() => java.setOffset(group, topic, 0, offset).then(() => true), {
    what: 'the group to be empty',
  });
}

/** Like retention. */
async function cutBefore(topic: string, offset: string): Promise<void> {
  await withTestAdmin(async (admin) => {
    await admin.fetchTopicOffsets(topic); // without it kafkajs knows no leader to tell
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
  });
}

describe('reading without a committed offset', () => {
  it('without a committed offset, earliest starts at the first record', async () => {
    const topic = await createTopic(uniqueName('earliest'));
    await produce(topic, ['a', 'b']);
    const reader = await Reader.start(topic, reset('earliest'));
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(['a', 'b']);
  });

  it('without a committed offset, latest starts after the last record', async () => {
    const topic = await createTopic(uniqueName('latest'));
    await produce(topic, ['old']);
    const reader = await Reader.start(topic, reset('latest'));
    await reader.joined();
    await produce(topic, ['new']);
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(['new']);
  });

  it('with latest, the start position is remembered even before there was a record to commit', async () => {
    const topic = await createTopic(uniqueName('latest-restart'), { partitions: 2 });
    await produce(topic, [{ value: 'old', partition: 0 }]);
    const env = { KAFKA_AUTO_OFFSET_RESET: 'latest', KAFKA_AUTO_COMMIT_INTERVAL_MS: '600000' };
    const first = await Reader.start(topic, { env });
    await first.joined();
    const what = 'the place where it began to be committed';
    await waitFor(async () => (await committedOffsets(first.group, topic)).size === 2, { what });
    await first.stop();

    await produce(
      topic,
      ['p0', 'p1'].map((value, partition) => ({ value, partition })),
    );
    const second = await Reader.start(topic, { ...reset('latest'), group: first.group });
    await second.caughtUp(topic);
    expect(second.payloads.toSorted()).toEqual(['p0', 'p1']);
  });

  it('with none, the missing offset is reported, nothing is consumed until it is set, and then reading starts', async () => {
    const topic = await createTopic(uniqueName('none'));
    await produce(topic, ['a', 'b', 'c']);
    const reader = await Reader.start(topic, reset('none'));
    const error = await waitFor(() => reader.consumer.status.lastError, { what: 'an error' });

    expect(error.message).toContain(`group ${reader.group} has no committed offset for ${topic}[0]`);
    expect(error.message).toContain('KAFKA_AUTO_OFFSET_RESET');
    expect(reader.calls).toEqual([]);
    expect(await committedOffsets(reader.group, topic)).toEqual(new Map());

    await setOffset(reader.group, topic, 1n);
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(['b', 'c']);
    expect(reader.consumer.status.lastError).toBeUndefined();
  });

  it('with none, only the partitions without an offset are named', async () => {
    const topic = await createTopic(uniqueName('none-some'), { partitions: 2 });
    const group = uniqueName('some');
    await setOffset(group, topic, 0n);
    const reader = await Reader.start(topic, { ...reset('none'), group });
    const error = await waitFor(() => reader.consumer.status.lastError, { what: 'an error' });
    expect(error.message).toContain(`has no committed offset for ${topic}[1], and`);
  });
});

describe('reading from a committed offset that is gone', () => {
  it.each([
    ['earliest', ['c', 'd', 'new']],
    ['latest', ['new']],
  ])('reading from a committed offset that is gone continues with %s', async (policy, expected) => {
    const topic = await createTopic(uniqueName('gone'));
    const group = uniqueName('gone');
    await produce(topic, ['a', 'b', 'c', 'd']);
    await setOffset(group, topic, 1n);
    await cutBefore(topic, '2');

    const reader = await Reader.start(topic, { ...reset(policy), group });
    const isPlaced = async () => ((await committedOffsets(group, topic)).get(0) ?? 0n) > 1n;
    await waitFor(isPlaced, { what: 'a new place to be committed' });
    await produce(topic, ['new']);
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(expected);
  });

  it('with none, a committed offset that is gone is an error until another one is set', async () => {
    const topic = await createTopic(uniqueName('gone-none'));
    const group = uniqueName('gone-none');
    await produce(topic, ['a', 'b', 'c', 'd']);
    await setOffset(group, topic, 1n);
    await cutBefore(topic, '2');

    const reader = await Reader.start(topic, { ...reset('none'), group });
    const error = await waitFor(() => reader.consumer.status.lastError, { what: 'an error' });
    expect(error.message).toContain(`group ${group} has an offset out of range committed for ${topic}[0]`);
    expect(reader.calls).toEqual([]);

    await setOffset(group, topic, 3n);
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(['d']);
  });
});
