import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import kafkajs, { type IHeaders } from 'kafkajs-pinned';
import { kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { readTopic } from '../../support/read-topic.js';
import { type TestRecord, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { Scrape } from '../telemetry/scrape.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';

jest.setTimeout(180_000);

const { CompressionTypes, Partitioners } = kafkajs;
const MEGABYTE = 1_048_576;
/** Nested arrays, since most parsers are recursive. */
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const named = (names: readonly string[], value: string): IHeaders =>
  Object.fromEntries(names.map((name) => [name, value]));
const many = Array.from({ length: 10_000 }, (_, at) => `h${at}`);
const METHODS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', ''];

/** Hostile records that anyone with write access to a topic can write. */
const HOSTILE: Readonly<Record<string, TestRecord>> = {
  'a prototype': { value: '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}' },
  'nesting of 10,000': { value: nested(10_000) },
  'nesting of 1,000,000': { value: nested(1_000_000) },
  'a text of 50 MB': { value: JSON.stringify('x'.repeat(50 * MEGABYTE)) },
  'a lone surrogate': { value: '{"a":"\\ud800"}' },
  'bytes that are no UTF-8': { value: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0xff, 0x22]) },
  'a key twice': { value: '{"a":1,"a":2}' },
  'a number beyond all': { value: `[1e999,-1e999,${'9'.repeat(100_000)}]` },
  'a byte order mark': { value: '\uFEFF{"a":1}' },
  'no JSON, and 10,000 headers': { value: '{', headers: named(many, 'x') },
  'no JSON, and a header of 1 MB': { value: '{', headers: { large: Buffer.alloc(MEGABYTE, 'x') } },
  'no JSON, and headers called like methods': { value: '{', headers: named(METHODS, 'x') },
  'no JSON, and headers of a dead letter': {
    value: '{',
    headers: { 'dlt-original-topic': 'elsewhere', 'dlt-replays': '-1', 'dlt-attempts': '9'.repeat(400) },
  },
  'no JSON, and a header 10,000 times': { value: '{', headers: { again: many } },
  'a key of 1 MB': { key: Buffer.alloc(MEGABYTE, 'k'), partition: 0, value: '{' },
  'a key called like a method': { key: '__proto__', value: '{' },
  'an empty value': { value: '' },
  'a tombstone': { value: null },
};

let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.startForRecordsOf(120 * MEGABYTE);
}, 150_000);
afterEach(stopServices);
afterAll(() => kafka.stop());

function isGood(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'good' in payload;
}

describe('hostile records', () => {
  test('hostile records are handled or become dead letters, and valid ones around them are handled once each', async () => {
    const names = Object.keys(HOSTILE);
    const topic = await kafka.createTopic('hostile');
    for (const [at, name] of names.entries()) {
      await kafka.produce(topic, [JSON.stringify({ good: at }), HOSTILE[name] ?? '']);
    }
    const good: unknown[] = [];
    let others = 0;
    const handle = (payload: unknown): void => {
      if (isGood(payload)) good.push(payload);
      else others++;
      // Like a handler that stores a payload.
      JSON.stringify({ payload });
    };
    const options = { value: 'json', retry: { attempts: 2, initialMs: 1 }, deadLetterLimit: false } as const;
    const { url, groupId } = await startHandlers([{ topic, options, handle }], {
      env: { KAFKA_BROKERS: kafka.bootstrap },
    });
    const end = BigInt(2 * names.length);
    await waitFor(async () => (await kafka.committed(groupId, topic)) === end, {
      what: 'the commit of all of them',
      timeoutMs: 120_000,
    });
    expect(good).toEqual(names.map((_, at) => ({ good: at })));
    expect(Object.prototype).not.toHaveProperty('polluted');
    expect(await downProbes(url)).toEqual({});

    const dead = await readTopic(`${topic}.dlt`, kafka.bootstrap);
    const nameOf = (offset: string | undefined): string => names[(Number(offset) - 1) / 2] ?? '';
    const dropped = dead.map(({ headers }) => nameOf(headers['dlt-original-offset']));
    expect(dropped).toEqual(expect.arrayContaining(names.filter((name) => name.startsWith('no JSON'))));
    expect(dropped).toContain('bytes that are no UTF-8');
    expect(dropped).toContain('nesting of 1,000,000');
    expect(new Set(dropped).size).toBe(dropped.length);
    expect(others).toBeGreaterThan(0);
    for (const { headers, value } of dead) {
      const record = HOSTILE[nameOf(headers['dlt-original-offset'])];
      if (typeof record !== 'object') throw new Error('a dead letter of no hostile record');
      expect(headers['dlt-original-topic']).toBe(topic);
      expect(value?.equals(Buffer.from(record.value ?? ''))).toBe(true);
      for (const name of METHODS.filter((each) => Object.hasOwn(record.headers ?? {}, each)))
        expect(Object.getOwnPropertyDescriptor(headers, name)?.value).toBe('x');
    }
  });

  test('records that decompress to more than the limit stop their own partition, by name, and no other', async () => {
    const topic = await kafka.createTopic('bomb', 2);
    const handled: unknown[] = [];
    const { url, groupId, runtime } = await startHandlers(
      [{ topic, handle: (payload) => void handled.push(payload) }],
      { env: { KAFKA_BROKERS: kafka.bootstrap, KAFKA_MAX_UNPACKED_BATCH_BYTES: String(8 * MEGABYTE) } },
    );
    await kafka.produce(topic, [{ value: 'before', partition: 1 }]);
    await writePacked(topic, 1, Buffer.alloc(64 * MEGABYTE));
    const reason = await waitFor(
      async () => (await probe(url, 'ready')).reason.match(/bomb.*KAFKA_MAX_UNPACKED_BATCH_BYTES/),
      { what: 'ready to name the batch', timeoutMs: 30_000 },
    );
    expect(reason[0]).toContain(`${topic}[1]: the batch at offset 1 cannot be read`);
    const blocked = async (): Promise<number | undefined> =>
      (await Scrape.of(url)).value('kafka_consumer_blocked_records', { kind: 'unreadable' });
    expect(await blocked()).toBe(1);
    await kafka.produce(topic, [
      { value: 'elsewhere', partition: 0 },
      { value: 'after', partition: 1 },
    ]);
    await waitFor(async () => (await kafka.committed(groupId, topic, 0)) === 1n, {
      what: 'the other partition',
    });
    expect(handled).toEqual(['before', 'elsewhere']);
    expect(runtime.group(groupId)?.status).toMatchObject({ restarts: 0 });
    expect((await probe(url, 'live')).up).toBe(true);

    // Like an operator while the service runs.
    await withAdmin(kafkaClient(kafka.bootstrap), async (admin) => {
      // So that kafkajs knows the leaders.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '2' }] });
    });
    await waitFor(() => handled.includes('after'), { what: 'the record behind it', timeoutMs: 60_000 });
    await waitFor(async () => Object.keys(await downProbes(url)).length === 0, { what: 'all probes up' });
    expect(await blocked()).toBe(0);
  });
});

async function writePacked(topic: string, partition: number, value: Buffer): Promise<void> {
  const producer = kafkaClient(kafka.bootstrap).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    const messages = [{ value, partition }];
    await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.GZIP });
  } finally {
    await producer.disconnect();
  }
}
