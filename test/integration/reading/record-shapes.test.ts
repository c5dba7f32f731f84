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

async function read(records: readonly ForeignRecord[], config: Record<string, string> = {}): Promise<Reader> {
  const topic = await createTopic(uniqueName('shapes'), { config });
  const producer = await java.open();
  await producer.send(topic, records);
  const reader = await Reader.start(topic, { order: 'partition' });
  await reader.until(records.length);
  await reader.caughtUp(topic);
  return reader;
}

describe('reading keys', () => {
  it('null, empty, textual and binary keys are read unchanged', async () => {
    const keys = [null, '', 'text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), Buffer.alloc(4)];
    const reader = await read(keys.map((key) => ({ key, value: 'v' })));
    const raw = reader.contexts.map(({ records }) => records[0]?.record.key);
    expect(raw).toEqual([null, Buffer.from(''), Buffer.from('text'), keys[3], keys[4]]);
    const seen = reader.contexts.map((context) => context.getMessage().key);
    expect(seen).toEqual([null, '', 'text', keys[3], keys[4]]);
  });

  it.each(['key', 'none'] as const)(
    'records with all kinds of keys are handled in %s order',
    async (order) => {
      const topic = await createTopic(uniqueName('keys'));
      const producer = await java.open();
      const keys = [null, '', 'k', Buffer.from([0xff]), Buffer.from([0xfe]), null, '', 'k'];
      await producer.send(
        topic,
        keys.map((key, i) => ({ key, value: `v${i}` })),
      );
      const reader = await Reader.start(topic, { order });
      await reader.caughtUp(topic);
      expect(reader.payloads.toSorted()).toEqual(keys.map((_, i) => `v${i}`));
    },
  );
});

describe('reading tombstones', () => {
  it('a tombstone is null, and an empty value is not', async () => {
    const reader = await read([
      { key: 'k', value: null },
      { key: 'k', value: '' },
      { key: null, value: null },
    ]);
    expect(reader.payloads).toEqual([null, '', null]);
    expect(reader.contexts.map((context) => context.getMessage().value)).toEqual([null, '', null]);
  });
});

describe('reading headers', () => {
  it('repeated, null, empty and binary headers are read', async () => {
    const binary = Buffer.from([0x00, 0xff, 0x80]);
    const reader = await read([
      {
        value: 'v',
        headers: [
          ['once', 'a'],
          ['twice', 'a'],
          ['twice', 'b'],
          ['none', null],
          ['empty', ''],
          ['binary', binary],
          ['null-first', null],
          ['null-first', 'b'],
          ['', 'nameless'],
        ],
      },
      { value: 'v' },
    ]);
    const [first, second] = reader.contexts.map((context) => context.getMessage().headers);
    expect(first).toEqual({
      once: 'a',
      twice: ['a', 'b'],
      none: null,
      empty: '',
      binary,
      'null-first': [null, 'b'],
      '': 'nameless',
    });
    expect(second).toEqual({});
  });

  it('headers named like inherited properties of JavaScript objects are read', async () => {
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
    const reader = await read([{ value: 'v', headers: names.map((name) => [name, `of ${name}`]) }]);
    const headers = reader.contexts[0]?.getMessage().headers ?? {};
    expect(Object.entries(headers)).toEqual(names.map((name) => [name, `of ${name}`]));
  });
});

describe('reading timestamps', () => {
  const timestamp = Date.UTC(2001, 1, 3);

  it("with CreateTime the timestamp is the producer's", async () => {
    const reader = await read([
      { value: 'a', timestamp },
      { value: 'b', timestamp: timestamp - 1_000 },
    ]);
    const seen = reader.contexts.map((context) => context.getMessage().timestamp);
    expect(seen).toEqual([String(timestamp), String(timestamp - 1_000)]);
  });

  it("with LogAppendTime the timestamp is the broker's", async () => {
    const before = Date.now();
    const reader = await read([{ value: 'a', timestamp }, { value: 'b' }], {
      'message.timestamp.type': 'LogAppendTime',
    });
    for (const context of reader.contexts) {
      const seen = Number(context.getMessage().timestamp);
      expect(seen).toBeGreaterThanOrEqual(before);
      expect(seen).toBeLessThanOrEqual(Date.now());
    }
  });
});
