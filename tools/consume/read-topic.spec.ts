import { expect, test } from '@jest/globals';
import { compareOffsets, type FetchedRecord, toOffset } from '../../src/pipeline/index.js';
import type { PartitionReader } from '../../src/client/index.js';
import { type From, readTopic } from './read-topic.js';

/** Partitions whose records have their offsets as values; the first offset of each is 5. */
class Topic implements Pick<PartitionReader, 'bounds' | 'read'> {
  constructor(readonly ends: number[]) {}

  async bounds() {
    return this.ends.map((end, partition) => ({ partition, start: toOffset(5), end: toOffset(end) }));
  }

  async *read(_topic: string, _partition: number, from: string, to: string): AsyncGenerator<FetchedRecord> {
    for (let at = toOffset(from); compareOffsets(at, toOffset(to)) < 0; at = toOffset(Number(at) + 1))
      yield { offset: at, timestamp: '0', key: null, value: null, headers: {} };
  }
}

/** The positions that are read; `grow` adds records at the end, until it returns false. */
async function positions(
  topic: Topic,
  from: From,
  grow = () => false,
  partition?: number,
): Promise<string[]> {
  const found: string[] = [];
  for await (const read of readTopic(topic, { topic: 't', partition, from }, async () => grow()))
    found.push(`${read.partition}:${read.record.offset}`);
  return found;
}

test('consume reads all partitions from their start to their end', async () => {
  expect(await positions(new Topic([7, 5, 6]), 'earliest')).toEqual(['0:5', '0:6', '2:5']);
});

test('consume reads one partition from an offset', async () => {
  expect(await positions(new Topic([7, 9]), toOffset(7), undefined, 1)).toEqual(['1:7', '1:8']);
});

test('consume starts at the first record if the offset was deleted', async () => {
  expect(await positions(new Topic([6]), toOffset(1))).toEqual(['0:5']);
});

test('consume from the latest offset reads only new records, and added partitions from their start', async () => {
  const topic = new Topic([7]);
  const grown = [[8], [8, 6]];
  const grow = (): boolean => {
    const next = grown.shift();
    if (next) topic.ends.splice(0, topic.ends.length, ...next);
    return next !== undefined;
  };
  expect(await positions(topic, 'latest', grow)).toEqual(['0:7', '1:5']);
});

test('consume reports a partition that the topic does not have', async () => {
  await expect(positions(new Topic([7]), 'earliest', undefined, 3)).rejects.toThrow('t has no partition 3.');
});
