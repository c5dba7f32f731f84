import { afterEach, describe, expect, it } from '@jest/globals';
import { createTopic, produce, uniqueName } from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

afterEach(stopReaders);

describe('reading one by one', () => {
  it('a handler gets one record per call, each partition in order, and all records are committed', async () => {
    const topic = await createTopic(uniqueName('one'), { partitions: 3 });
    const records = Array.from({ length: 300 }, (_, i) => ({ value: `v${i}`, partition: i % 3 }));
    await produce(topic, records);

    const reader = await Reader.start(topic, { read: 'one', order: 'partition' });
    await reader.caughtUp(topic);

    expect(reader.calls.every(({ payloads }) => payloads.length === 1)).toBe(true);
    for (const partition of [0, 1, 2]) {
      const read = reader.calls.filter((call) => call.partition === partition);
      const written = records.filter((record) => record.partition === partition);
      expect(read.flatMap(({ payloads }) => payloads)).toEqual(written.map(({ value }) => value));
    }
    expect(reader.lag).toBe(0);
  });

  it('the first record of an empty topic is read when it arrives', async () => {
    const topic = await createTopic(uniqueName('empty'));
    const reader = await Reader.start(topic);
    await reader.joined();
    expect(reader.lag).toBe(0);

    await produce(topic, ['first']);
    await reader.until(1);
    expect(reader.payloads).toEqual(['first']);
    await reader.caughtUp(topic);
  });

  it('a group continues from its committed offsets without handling a record twice', async () => {
    const topic = await createTopic(uniqueName('again'));
    await produce(topic, ['a', 'b']);
    const first = await Reader.start(topic);
    await first.until(2);
    await first.stop();

    await produce(topic, ['c']);
    const second = await Reader.start(topic, { group: first.group });
    await second.caughtUp(topic);
    expect(second.payloads).toEqual(['c']);
  });
});
