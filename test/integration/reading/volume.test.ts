import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ForeignClient } from '../../support/foreign-client.js';
import type { ForeignRecord } from '../../support/foreign-producer.js';
import { createTopic, uniqueName } from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

let java: ForeignClient;
beforeAll(async () => {
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(stopReaders);

/** Writes all of them into one batch of Kafka's log. */
async function oneBatch(topic: string, records: readonly ForeignRecord[]): Promise<void> {
  const settings = { 'compression.type': 'zstd', 'batch.size': 30_000_000, 'linger.ms': 5_000 };
  const memory = { 'buffer.memory': 100_000_000, 'max.request.size': 100_000_000 };
  const producer = await java.open({ ...settings, ...memory });
  await producer.send(topic, records);
  await producer.close();
}

function numbered(count: number): ForeignRecord[] {
  return Array.from({ length: count }, (_, i) => ({ value: String(i) }));
}

/** Compared as one text, since Jest is slow with long arrays. */
function joined(values: readonly unknown[]): string {
  return values.join(' ');
}

describe('reading large volumes', () => {
  it('records of 900 KB are read, even if the fetch limit is lower', async () => {
    const topic = await createTopic(uniqueName('large'), { partitions: 2 });
    const producer = await java.open();
    const values = Array.from({ length: 8 }, (_, i) => Buffer.alloc(900_000, `${i}`));
    await producer.send(
      topic,
      values.map((value, i) => ({ value, partition: i % 2 })),
    );

    const env = { KAFKA_FETCH_MAX_BYTES: '1000', KAFKA_FETCH_MAX_BYTES_PER_PARTITION: '1000' };
    const reader = await Reader.start(topic, { value: 'bytes', env });
    await reader.caughtUp(topic);
    const marks = reader.payloads.map((value) =>
      Buffer.isBuffer(value) ? `${value.length}${value[0]}` : '',
    );
    expect(marks.toSorted()).toEqual(values.map((value) => `900000${value[0]}`));
  });

  it('10,000 records of one record batch are handled one by one', async () => {
    const topic = await createTopic(uniqueName('many'));
    const records = numbered(10_000);
    await oneBatch(topic, records);
    const reader = await Reader.start(topic, { order: 'partition' });
    await reader.caughtUp(topic);
    expect(joined(reader.payloads)).toBe(joined(records.map(({ value }) => value)));
  });

  it('10,000 records are passed to one call', async () => {
    const topic = await createTopic(uniqueName('many'));
    const records = numbered(10_000);
    await oneBatch(topic, records);
    const batch = { maxRecords: 10_000, maxWaitMs: 3_600_000 };
    const reader = await Reader.start(topic, { read: 'batch', batch });
    await reader.caughtUp(topic);
    expect(reader.calls).toHaveLength(1);
    expect(joined(reader.payloads)).toBe(joined(records.map(({ value }) => value)));
  });

  it('150,000 records of one record batch are read', async () => {
    const topic = await createTopic(uniqueName('very-many'));
    const records = numbered(150_000);
    await oneBatch(topic, records);
    const reader = await Reader.start(topic, { read: 'batch', batch: { maxRecords: 5_000 } });
    await reader.caughtUp(topic);
    expect(joined(reader.payloads)).toBe(joined(records.map(({ value }) => value)));
    expect(reader.consumer.status.restarts).toBe(0);
  });
});
