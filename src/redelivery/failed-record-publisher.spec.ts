import { describe, expect, test } from '@jest/globals';
import { type FailedRecord, type FetchedRecord, type RawHeaders, toOffset } from '../pipeline/index.js';
import {
  type OutgoingRecord,
  type RecordProducer,
  RecordTooLargeError,
  type TopicSpec,
} from '../client/index.js';
import { FailedRecordPublisher } from './failed-record-publisher.js';
import { addressHeaders } from './replay-address.js';

/** Kafka's default. */
const MAX_MESSAGE_BYTES = 1_048_588;
const BATCH_OVERHEAD = 100;

/** A topic that accepts records up to a size, and stores them. */
class BoundedTopic implements RecordProducer {
  readonly stored: OutgoingRecord[] = [];

  constructor(private readonly maxBytes = MAX_MESSAGE_BYTES) {}

  send(outgoing: OutgoingRecord): Promise<void> {
    if (sizeOf(outgoing) > this.maxBytes) return Promise.reject(new RecordTooLargeError(outgoing.topic));
    this.stored.push(outgoing);
    return Promise.resolve();
  }

  native(): never {
    throw new Error('not used in this spec');
  }

  disconnect(): Promise<void> {
    return Promise.resolve();
  }
}

function sizeOf({ key = null, value, headers = {} }: Omit<OutgoingRecord, 'topic'>): number {
  const named = Object.entries(headers).map(([name, each]) => Buffer.byteLength(name) + 8 + bytesOf(each));
  return BATCH_OVERHEAD + bytesOf(key) + bytesOf(value) + named.reduce((sum, bytes) => sum + bytes, 0);
}

function bytesOf(value: RawHeaders[string]): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : value.reduce((sum, each) => sum + bytesOf(each), 0);
}

function writerTo(topic: RecordProducer): FailedRecordPublisher {
  return new FailedRecordPublisher(topic, { write: (_topic, work) => work(1) });
}

function failed(parts: Partial<FetchedRecord>, error: unknown = new Error('no JSON')): FailedRecord {
  const record = {
    offset: toOffset(7),
    timestamp: '0',
    key: null,
    value: Buffer.from('{'),
    headers: {},
    ...parts,
  };
  return { at: { topic: 'orders', partition: 0 }, record, error, attempts: 1, firstFailedAt: 1 };
}

const ALMOST_ALL = 1_048_300;

describe('a record whose dead letter exceeds the size limit', () => {
  test('a record whose dead letter exceeds the size limit is stored without its headers if they are nearly all of its size', async () => {
    const topic = new BoundedTopic();
    const headers = { trace: Buffer.alloc(ALMOST_ALL, 'x'), mine: 'kept' };
    await writerTo(topic).deadLetter(failed({ key: Buffer.from('k'), headers }), 'g');
    expect(topic.stored).toMatchObject([
      {
        key: Buffer.from('k'),
        value: Buffer.from('{'),
        headers: {
          mine: 'kept',
          'dlt-original-offset': '7',
          'dlt-headers-truncated-from': String(ALMOST_ALL + 'trace'.length + 'mine'.length + 'kept'.length),
          'dlt-headers-left-out': `trace (${ALMOST_ALL} bytes)`,
        },
      },
    ]);
    expect(topic.stored[0]?.headers).not.toHaveProperty('trace');
    expect(topic.stored[0]?.headers).not.toHaveProperty('dlt-key-truncated-from');
  });

  test('a record whose dead letter exceeds the size limit is stored with a truncated key if the key is nearly all of its size', async () => {
    const topic = new BoundedTopic();
    await writerTo(topic).deadLetter(
      failed({ key: Buffer.alloc(ALMOST_ALL, 'k'), headers: { mine: 'kept' } }),
      'g',
    );
    expect(topic.stored).toMatchObject([
      {
        key: Buffer.alloc(1024, 'k'),
        value: Buffer.from('{'),
        headers: { mine: 'kept', 'dlt-key-truncated-from': String(ALMOST_ALL) },
      },
    ]);
  });

  test('a record whose dead letter exceeds the size limit is stored with a truncated value if the value is nearly all of its size', async () => {
    const topic = new BoundedTopic();
    const value = Buffer.alloc(ALMOST_ALL, 'v');
    await writerTo(topic).deadLetter(
      failed({ key: Buffer.from('k'), value, headers: { mine: 'kept' } }),
      'g',
    );
    expect(topic.stored).toMatchObject([
      {
        key: Buffer.from('k'),
        value: value.subarray(0, 64 * 1024),
        headers: { mine: 'kept', 'dlt-value-truncated-from': String(ALMOST_ALL) },
      },
    ]);
    expect(topic.stored[0]?.headers).not.toHaveProperty('dlt-headers-truncated-from');
  });

  test('a record whose dead letter exceeds the size limit is stored without headers if it has a hundred thousand of them', async () => {
    const topic = new BoundedTopic();
    const headers = Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [`h${n}`, 'x']));
    await writerTo(topic).deadLetter(failed({ value: null, headers }), 'g');
    expect(topic.stored).toMatchObject([{ value: null, headers: { h0: 'x', h1: 'x' } }]);
  });

  test('a record whose dead letter exceeds the size limit keeps the number of its replays', async () => {
    const topic = new BoundedTopic();
    const own = { trace: Buffer.alloc(ALMOST_ALL) };
    const content = { key: null, value: Buffer.from('{'), headers: own };
    const address = { group: 'g', replays: 3, of: 'orders.dlt/0/0' };
    const headers = { ...own, ...addressHeaders({ topic: 'orders', partition: 0 }, content, address) };
    await writerTo(topic).deadLetter(failed({ headers }), 'g');
    expect(topic.stored).toMatchObject([{ headers: { 'dlt-replays': '3' } }]);
  });

  test('a record whose dead letter exceeds the size limit is counted as truncated by group and topic', async () => {
    const writer = writerTo(new BoundedTopic());
    await writer.deadLetter(failed({ value: Buffer.alloc(ALMOST_ALL) }), 'g');
    await writer.deadLetter(failed({ value: Buffer.alloc(ALMOST_ALL) }), 'g');
    await writer.deadLetter(failed({}), 'g');
    expect([writer.cutOf('g', 'orders'), writer.cutOf('other', 'orders')]).toEqual([2, 0]);
  });
});

test('a dead letter is stored in a topic whose limit is one kilobyte', async () => {
  const topic = new BoundedTopic(1024);
  await writerTo(topic).deadLetter(failed({ key: Buffer.alloc(2000), value: Buffer.alloc(2000) }), 'g');
  expect(topic.stored).toMatchObject([
    {
      headers: {
        'dlt-value-truncated-from': '2000',
        'dlt-key-truncated-from': '2000',
        'dlt-exception-class': 'Error',
      },
    },
  ]);
});

test('a truncated record is never written to a retry topic', async () => {
  const topic = new BoundedTopic();
  const route = { topic: 'orders.g.retry.1m', delayMs: 60_000 };
  const written = writerTo(topic).retryLater(failed({ value: Buffer.alloc(ALMOST_ALL) }), 'g', route);
  await expect(written).rejects.toThrow(RecordTooLargeError);
  expect(topic.stored).toEqual([]);
});

describe('a dead letter can be stored for any error', () => {
  const withoutMessage = Object.defineProperty(new Error('no'), 'message', {
    get: () => {
      throw new TypeError('the message cannot be built');
    },
  });

  test.each<[string, unknown]>([
    ['an error whose message throws', withoutMessage],
    ['an error with a name of 2 MB', Object.assign(new Error('no'), { name: 'E'.repeat(2_000_000) })],
    ['an error with a message of 2 MB', new Error('m'.repeat(2_000_000))],
    ['a text of 2 MB', 't'.repeat(2_000_000)],
  ])('%s', async (_what, error) => {
    const topic = new BoundedTopic(20_000);
    await writerTo(topic).deadLetter(failed({}, error), 'g');
    expect(topic.stored).toMatchObject([
      { value: Buffer.from('{'), headers: { 'dlt-original-topic': 'orders' } },
    ]);
    expect(topic.stored[0]?.headers).not.toHaveProperty('dlt-value-truncated-from');
  });
});

test.each([
  ['its default topic', undefined, true],
  ['its default topic, as a handler resolves it', 'orders.dlt', true],
  ["a topic of the handler's choice", 'graveyard', false],
])(
  'the settings of a dead-letter topic are corrected only if the service chose its name: %s',
  async (_what, target, isOwn) => {
    const specs: TopicSpec[] = [];
    const topics = {
      write: (spec: TopicSpec, work: (partitions: number) => Promise<void>) => {
        specs.push(spec);
        return work(1);
      },
    };
    await new FailedRecordPublisher(new BoundedTopic(), topics).deadLetter(failed({}), 'g', target);
    expect(specs).toMatchObject([{ topic: target ?? 'orders.dlt', like: 'orders', isOwn }]);
  },
);
