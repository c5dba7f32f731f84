import { afterEach, describe, expect, it } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, produce, uniqueName } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { Reader, stopReaders } from './reader.js';

afterEach(stopReaders);

type Format = NonNullable<KafkaHandlerOptions['value']>;

const BINARY = Buffer.from([0x01, 0xff, 0xfe]);
const FRAMED = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from('avro')]);

async function read(
  value: Format | undefined,
  values: readonly (string | Buffer | null)[],
): Promise<unknown[]> {
  const topic = await createTopic(uniqueName('values'));
  await produce(
    topic,
    values.map((each) => ({ value: each })),
  );
  const reader = await Reader.start(topic, { order: 'partition', ...(value && { value }) });
  await reader.until(values.length);
  await reader.caughtUp(topic);
  return reader.payloads;
}

describe('reading values', () => {
  it('by default a value is decoded as JSON, text or bytes, whichever it is', async () => {
    const values = ['{"a":[1]}', '[1,2]', '{broken', 'grüße', '12', '', BINARY, FRAMED, null];
    const payloads = [{ a: [1] }, [1, 2], '{broken', 'grüße', '12', '', BINARY, FRAMED, null];
    expect(await read(undefined, values)).toEqual(payloads);
    expect(await read('auto', values)).toEqual(payloads);
  });

  it('value: json decodes JSON of every kind', async () => {
    const values = ['{"a":{"b":null}}', '[]', '"text"', '12.5', 'true', 'null', ' {"a":1} ', null];
    const payloads = [{ a: { b: null } }, [], 'text', 12.5, true, null, { a: 1 }, null];
    expect(await read('json', values)).toEqual(payloads);
  });

  it('value: text keeps text that looks like JSON', async () => {
    const values = ['{"a":1}', 'grüße 🎉', '\uFFFD', '\uFEFFbom', '', null];
    expect(await read('text', values)).toEqual(values);
  });

  it('value: bytes keeps any bytes', async () => {
    const values = ['{"a":1}', '', BINARY, FRAMED, null];
    const payloads = values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
    expect(await read('bytes', values)).toEqual(payloads);
  });
});

describe('reading invalid values', () => {
  const invalid: [Format, string | Buffer, string][] = [
    ['json', '{"secret":', 'PayloadError: expected JSON, got 10 bytes that are not'],
    ['json', '', 'PayloadError: expected JSON, got 0 bytes that are not'],
    ['json', BINARY, 'PayloadError: expected UTF-8 text, got 3 bytes that are not'],
    ['text', BINARY, 'PayloadError: expected UTF-8 text, got 3 bytes that are not'],
  ];

  it.each(invalid)(
    'the record with the invalid value of %s %p fails alone, and the consumer continues',
    async (value, bad, why) => {
      const topic = await createTopic(uniqueName('invalid'));
      const good = (i: number) => ({ key: `good-${i}`, value: String(i) });
      await produce(topic, [good(1), { key: 'bad', value: bad }, good(2), good(3)]);

      const reader = await Reader.start(topic, { value });
      await reader.until(3);

      expect(reader.payloads.map(Number)).toEqual([1, 2, 3]);
      await reader.caughtUp(topic);
      const [letter, ...others] = await readTopic(`${topic}.dlt`);
      expect(others).toEqual([]);
      expect(letter).toMatchObject({ key: Buffer.from('bad'), value: Buffer.from(bad) });
      const said = `${letter?.headers['dlt-exception-class']}: ${letter?.headers['dlt-exception-message']}`;
      expect(said).toContain(why);
      expect(said).not.toContain('secret');
      expect(reader.consumer.status).toMatchObject({ phase: 'running', restarts: 0 });
    },
  );
});
