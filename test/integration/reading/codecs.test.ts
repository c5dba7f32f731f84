import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CompressionTypes } from 'kafkajs-pinned';
import { ForeignClient } from '../../support/foreign-client.js';
import { createTopic, uniqueName } from '../../support/kafka.js';
import { useProducer } from '../../support/kafka-clients.js';
import { Reader, stopReaders } from './reader.js';

let java: ForeignClient;
beforeAll(async () => {
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(stopReaders);

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Values of all relevant sizes: empty, a few bytes, and more than a codec's block, easy and hard to compress. */
const VALUES = [
  Buffer.alloc(0),
  Buffer.from('short'),
  Buffer.alloc(300_000, 'abcdefgh'),
  randomBytes(200_000),
  Buffer.from('last'),
];

async function written(codec: string, topic: string): Promise<void> {
  const producer = await java.open({ 'compression.type': codec, 'linger.ms': 200, 'batch.size': 1_000_000 });
  await producer.send(
    topic,
    VALUES.map((value) => ({ key: codec, value })),
  );
  await producer.close();
}

async function valuesOf(topic: string, count: number): Promise<unknown[]> {
  const reader = await Reader.start(topic, { value: 'bytes', order: 'partition' });
  await reader.until(count);
  await reader.caughtUp(topic);
  return reader.payloads;
}

/** Compared as base64: a difference in a buffer of 300 KB takes Jest minutes to print. */
function displayable(values: readonly unknown[]): string[] {
  return values.map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : String(value)));
}

describe('reading compressed records', () => {
  it.each(CODECS)("records that Kafka's own producer compresses with %s are read", async (codec) => {
    const topic = await createTopic(uniqueName(codec));
    await written(codec, topic);
    expect(displayable(await valuesOf(topic, VALUES.length))).toEqual(displayable(VALUES));
  });

  it('several codecs in one partition are read', async () => {
    const topic = await createTopic(uniqueName('mixed'));
    for (const codec of CODECS) await written(codec, topic);
    const expected = CODECS.flatMap(() => VALUES);
    expect(displayable(await valuesOf(topic, expected.length))).toEqual(displayable(expected));
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
    'records that the broker has compressed with %s are read',
    async (codec) => {
      const topic = await createTopic(uniqueName('recoded'), { config: { 'compression.type': codec } });
      await written('none', topic);
      expect(displayable(await valuesOf(topic, VALUES.length))).toEqual(displayable(VALUES));
    },
  );

  it('raw snappy, as librdkafka writes it, is read', async () => {
    const topic = await createTopic(uniqueName('bare-snappy'));
    const reader = await Reader.start(topic, { value: 'bytes', order: 'partition' });
    const messages = VALUES.map((value) => ({ value }));
    await useProducer((producer) => producer.send({ topic, messages, compression: CompressionTypes.Snappy }));
    await reader.until(VALUES.length);
    expect(displayable(reader.payloads)).toEqual(displayable(VALUES));
  });
});
