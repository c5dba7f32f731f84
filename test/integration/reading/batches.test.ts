import { afterEach, describe, expect, it } from '@jest/globals';
import { createTopic, produce, uniqueName } from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

afterEach(stopReaders);

const HOUR = 3_600_000;

function numbered(count: number, partitions = 1): { value: string; partition: number }[] {
  return Array.from({ length: count }, (_, i) => ({ value: `v${i}`, partition: i % partitions }));
}

describe('reading in batches', () => {
  it('each batch has records of one partition, in order, and at most maxRecords', async () => {
    const topic = await createTopic(uniqueName('batches'), { partitions: 3 });
    const records = numbered(1_000, 3);
    await produce(topic, records);

    const reader = await Reader.start(topic, { read: 'batch', batch: { maxRecords: 70, maxWaitMs: 20 } });
    await reader.caughtUp(topic);

    for (const partition of [0, 1, 2]) {
      const read = reader.calls.filter((call) => call.partition === partition);
      const written = records.filter((record) => record.partition === partition);
      expect(read.flatMap(({ payloads }) => payloads)).toEqual(written.map(({ value }) => value));
      expect(read.flatMap(({ offsets }) => offsets)).toEqual(written.map((_, offset) => BigInt(offset)));
    }
    const sizes = reader.calls.map(({ payloads }) => payloads.length);
    expect(Math.max(...sizes)).toBe(70);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  it('a full batch is handled at once, whatever maxWaitMs is', async () => {
    const topic = await createTopic(uniqueName('full'));
    await produce(topic, numbered(12));

    const reader = await Reader.start(topic, { read: 'batch', batch: { maxRecords: 5, maxWaitMs: HOUR } });
    await reader.until(10);
    expect(reader.calls.map(({ payloads }) => payloads.length)).toEqual([5, 5]);

    await produce(topic, numbered(3));
    await reader.until(15);
    expect(reader.calls.at(-1)?.payloads).toEqual(['v10', 'v11', 'v0', 'v1', 'v2']);
  });

  it('an incomplete batch is handled after maxWaitMs, and not before', async () => {
    const topic = await createTopic(uniqueName('incomplete'));
    const reader = await Reader.start(topic, { read: 'batch', batch: { maxRecords: 100, maxWaitMs: 400 } });
    await reader.joined();

    await produce(topic, numbered(2));
    await produce(topic, numbered(1));
    await reader.until(3);

    const [call] = reader.calls;
    expect(call?.payloads).toEqual(['v0', 'v1', 'v0']);
    const waitedMs = (call?.at ?? 0) - (call?.context.records[0]?.receivedAt ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(395);
    expect(waitedMs).toBeLessThan(2_000);
    await reader.caughtUp(topic);
  });

  it('a partition that waits for a full batch does not delay another', async () => {
    const topic = await createTopic(uniqueName('uneven'), { partitions: 2 });
    await produce(topic, [{ value: 'alone', partition: 0 }]);
    await produce(
      topic,
      Array.from({ length: 4 }, (_, i) => ({ value: `v${i}`, partition: 1 })),
    );

    const reader = await Reader.start(topic, { read: 'batch', batch: { maxRecords: 4, maxWaitMs: HOUR } });
    await reader.until(4);
    expect(reader.calls.map(({ partition }) => partition)).toEqual([1]);
  });

  it('a tombstone in a batch is null', async () => {
    const topic = await createTopic(uniqueName('tombstone'));
    await produce(topic, ['{"a":1}', { key: 'k', value: null }, 'text']);

    const reader = await Reader.start(topic, { read: 'batch', batch: { maxRecords: 3, maxWaitMs: HOUR } });
    await reader.until(3);
    expect(reader.calls[0]?.payloads).toEqual([{ a: 1 }, null, 'text']);
  });
});
