import { afterEach, describe, expect, it } from '@jest/globals';
import { ForeignClient } from '../../support/foreign-client.js';
import type { ForeignRecord } from '../../support/foreign-producer.js';
import { createTopic, produce, uniqueName, waitFor, withTestAdmin } from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

afterEach(stopReaders);

/** Not with kafkajs, which silently drops records for a partition that it does not know yet. */
async function writeInto(topic: string, records: readonly ForeignRecord[]): Promise<void> {
  const java = await ForeignClient.start();
  const producer = await java.open();
  await producer.send(topic, records);
  await java.stop();
}

describe('reading a topic that appears later', () => {
  it('a topic that appears later is awaited without an error and read from its first record', async () => {
    const topic = uniqueName('late');
    const reader = await Reader.start(topic);
    await waitFor(() => reader.consumer.status.phase === 'waiting-for-topics', {
      what: 'the consumer to wait',
    });
    expect(reader.consumer.status).toMatchObject({
      missingTopics: [topic],
      restarts: 0,
      lastError: undefined,
    });

    await createTopic(topic);
    await produce(topic, ['a', 'b']);
    await reader.until(2);
    expect(reader.payloads).toEqual(['a', 'b']);
    await reader.caughtUp(topic);
    expect(reader.consumer.status.missingTopics).toEqual([]);
  });

  it('existing topics are read while another topic does not exist yet', async () => {
    const [early, late] = [await createTopic(uniqueName('early')), uniqueName('late')];
    await produce(early, ['early']);
    const reader = await Reader.start([early, late]);
    await reader.until(1);
    expect(reader.consumer.status.missingTopics).toEqual([late]);

    await createTopic(late);
    await produce(late, ['late']);
    await reader.until(2);
    await produce(early, ['early again']);
    await reader.until(3);
    expect(reader.payloads).toEqual(['early', 'late', 'early again']);
    expect(reader.consumer.status.restarts).toBe(0);
  });

  it('every new topic that matches a pattern is read', async () => {
    const prefix = uniqueName('family');
    const reader = await Reader.start(new RegExp(`^${prefix}\\.`));
    for (const name of ['a', 'b']) {
      const topic = await createTopic(`${prefix}.${name}`);
      await produce(topic, [name]);
      await reader.caughtUp(topic);
    }
    expect(reader.calls.map(({ topic }) => topic)).toEqual([`${prefix}.a`, `${prefix}.b`]);
    expect(reader.payloads).toEqual(['a', 'b']);
  });

  it('a topic whose name only resembles the pattern is not read', async () => {
    const prefix = uniqueName('family');
    const stranger = await createTopic(`not-${prefix}.a`);
    const topic = await createTopic(`${prefix}.a`);
    await produce(stranger, ['stranger']);
    await produce(topic, ['a']);
    const reader = await Reader.start(new RegExp(`^${prefix}\\.`));
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(['a']);
    expect(reader.consumer.status.assignment).toEqual([{ topic, partition: 0 }]);
  });
});

describe('reading partitions that were added later', () => {
  it('all records of partitions that are added later are read', async () => {
    const topic = await createTopic(uniqueName('grows'));
    await produce(topic, ['before']);
    const reader = await Reader.start(topic);
    await reader.until(1);

    await withTestAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] }));
    const records = Array.from({ length: 40 }, (_, i) => ({ value: `v${i}`, partition: i % 4 }));
    await writeInto(topic, records);
    await reader.until(41);
    await reader.caughtUp(topic);

    expect(reader.payloads.toSorted()).toEqual(['before', ...records.map(({ value }) => value)].toSorted());
    expect(reader.consumer.status.assignment).toHaveLength(4);
    expect(reader.consumer.status.restarts).toBe(0);
  });
});
