import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../../src/config/index.js';
import type { FetchedRecord } from '../../../src/pipeline/records/fetched.js';
import { toOffset } from '../../../src/pipeline/records/offset.js';
import type { PartitionReader } from '../../../src/client/partition-readers.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { ForeignClient } from '../../support/foreign-client.js';
import {
  brokers,
  createTopic,
  deleteTopic,
  produce,
  uniqueName,
  waitFor,
  withTestAdmin,
} from '../../support/kafka.js';

jest.setTimeout(60_000);

const NOTHING = toOffset(0);

let java: ForeignClient;
let reader: PartitionReader;
beforeAll(async () => {
  Logger.overrideLogger(false);
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(() => reader.close());

function open(env: Readonly<Record<string, string>> = {}): PartitionReader {
  const config = loadConfig({ KAFKA_BROKERS: brokers(), ...env });
  reader = new KafkaJsPort(config.kafka).reader();
  return reader;
}

async function all(records: AsyncIterable<FetchedRecord>): Promise<FetchedRecord[]> {
  const read: FetchedRecord[] = [];
  for await (const record of records) read.push(record);
  return read;
}

async function whole(topic: string, partition = 0): Promise<FetchedRecord[]> {
  const bounds = (await reader.bounds(topic)).find((each) => each.partition === partition);
  if (!bounds) throw new Error(`${topic} has no partition ${partition}`);
  return all(reader.read(topic, partition, bounds.start, bounds.end));
}

/** The end of a transaction is acknowledged before its markers are written to the partitions. */
async function endsAt(topic: string, offset: string): Promise<void> {
  const isThere = async (): Promise<boolean> => (await reader.bounds(topic))[0]?.end === offset;
  await waitFor(isThere, { what: `the marks up to ${offset}` });
}

function valuesOf(records: readonly FetchedRecord[]): string[] {
  return records.map(({ value }) => String(value));
}

describe('reading a partition without a group', () => {
  it('the partition reader returns the start and end offset of each partition, even of empty ones', async () => {
    const topic = await createTopic(uniqueName('bounds'), { partitions: 3 });
    await produce(topic, [
      { value: 'a', partition: 0 },
      { value: 'b', partition: 2 },
      { value: 'c', partition: 2 },
    ]);
    await withTestAdmin((admin) =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition: 2, offset: '1' }] }),
    );
    expect(await open().bounds(topic)).toEqual([
      { partition: 0, start: '0', end: '1' },
      { partition: 1, start: '0', end: '0' },
      { partition: 2, start: '1', end: '2' },
    ]);
    expect(await whole(topic, 1)).toEqual([]);
  });

  it('the partition reader reads from one offset up to another, in order, and continues from there', async () => {
    const topic = await createTopic(uniqueName('range'));
    await produce(
      topic,
      Array.from({ length: 10 }, (_, i) => `v${i}`),
    );
    open();
    expect(valuesOf(await all(reader.read(topic, 0, toOffset(2), toOffset(5))))).toEqual(['v2', 'v3', 'v4']);
    await produce(topic, ['v10']);
    const [bounds] = await reader.bounds(topic);
    expect(valuesOf(await all(reader.read(topic, 0, toOffset(9), bounds?.end ?? NOTHING)))).toEqual([
      'v9',
      'v10',
    ]);
  });

  it('the partition reader returns key, value, headers and timestamp unchanged', async () => {
    const topic = await createTopic(uniqueName('shapes'));
    const producer = await java.open();
    await producer.send(topic, [
      {
        key: Buffer.from([0, 255]),
        value: null,
        timestamp: 1_700_000_000_000,
        headers: [
          ['a', 'one'],
          ['a', null],
          ['b', Buffer.from([254])],
        ],
      },
    ]);
    open();
    expect(await whole(topic)).toEqual([
      {
        offset: '0',
        key: Buffer.from([0, 255]),
        value: null,
        timestamp: '1700000000000',
        headers: { a: [Buffer.from('one'), null], b: Buffer.from([254]) },
      },
    ]);
  });

  it('the partition reader reads only committed records, and stops at an open transaction', async () => {
    const topic = await createTopic(uniqueName('transactions'));
    const [aborting, committing, hanging, plain] = await Promise.all([
      java.open({ 'transactional.id': uniqueName('a') }),
      java.open({ 'transactional.id': uniqueName('c') }),
      java.open({ 'transactional.id': uniqueName('h') }),
      java.open(),
    ]);
    await aborting.begin();
    await aborting.send(topic, [{ value: 'aborted' }]);
    await committing.begin();
    await committing.send(topic, [{ value: 'committed' }]);
    await aborting.abort();
    await committing.commit();
    await hanging.begin();
    await hanging.send(topic, [{ value: 'hanging' }]);
    await plain.send(topic, [{ value: 'behind' }]);

    open({ KAFKA_ISOLATION_LEVEL: 'read_uncommitted' });
    expect(await reader.bounds(topic)).toEqual([{ partition: 0, start: '0', end: '4' }]);
    expect(valuesOf(await whole(topic))).toEqual(['committed']);
    await hanging.abort();
    await endsAt(topic, '7');
    expect(valuesOf(await whole(topic))).toEqual(['committed', 'behind']);
  });

  it('the partition reader reads records that are larger than a fetch, one by one', async () => {
    const topic = await createTopic(uniqueName('large'));
    const values = Array.from({ length: 5 }, (_, i) => String(i).repeat(300_000));
    for (const value of values) await produce(topic, [value]);
    open({ KAFKA_FETCH_MAX_BYTES: '1000', KAFKA_FETCH_MAX_BYTES_PER_PARTITION: '1000' });
    expect(valuesOf(await whole(topic))).toEqual(values);
  });

  it('the partition reader continues at the start of the log if the offset was deleted', async () => {
    const topic = await createTopic(uniqueName('passed'));
    await produce(topic, ['v0', 'v1', 'v2', 'v3']);
    await withTestAdmin((admin) =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] }),
    );
    open();
    expect(valuesOf(await all(reader.read(topic, 0, NOTHING, toOffset(4))))).toEqual(['v3']);
    expect(await all(reader.read(topic, 0, NOTHING, toOffset(2)))).toEqual([]);
  });

  it('the partition reader reaches the end of a compacted partition', async () => {
    const topic = await createTopic(uniqueName('compacted'), {
      config: {
        'cleanup.policy': 'compact',
        'segment.ms': '1',
        'segment.bytes': '1048576',
        'min.cleanable.dirty.ratio': '0.001',
      },
    });
    for (const [index, value] of ['first', 'second', 'third', 'last'].entries()) {
      const timestamp = Date.now() - 3_600_000 + index * 60_000;
      const producer = await java.open();
      await producer.send(topic, [{ key: 'same', value, timestamp }]);
      await producer.close();
    }
    // The last segment of the log is not compacted.
    await waitFor(async () => (await java.read(topic)).length === 2, {
      what: 'the compaction',
      timeoutMs: 90_000,
      everyMs: 500,
    });
    open();
    expect(valuesOf(await whole(topic))).toEqual(['third', 'last']);
    expect(await all(reader.read(topic, 0, NOTHING, toOffset(2)))).toEqual([]);
  }, 100_000);

  it('the partition reader reports a missing topic and still reads others', async () => {
    const [gone, there] = await Promise.all([
      createTopic(uniqueName('gone')),
      createTopic(uniqueName('there')),
    ]);
    await produce(there, ['v']);
    open();
    await expect(reader.bounds(uniqueName('never'))).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
    await reader.bounds(gone);
    await deleteTopic(gone);
    // A broker may report the topic for a moment after the controller has deleted it.
    const isGone = (): Promise<boolean> =>
      reader.bounds(gone).then(
        () => false,
        (error: unknown) => (error as { code?: string }).code === 'UNKNOWN_TOPIC',
      );
    await waitFor(isGone, { what: 'the deletion to be reported' });
    expect(valuesOf(await whole(there))).toEqual(['v']);
  });

  it('closing the partition reader rejects reads in progress', async () => {
    const topic = await createTopic(uniqueName('closed'));
    open();
    const reading = all(reader.read(topic, 0, NOTHING, toOffset(1)));
    await reader.close();
    await expect(reading).rejects.toBeDefined();
  });
});
