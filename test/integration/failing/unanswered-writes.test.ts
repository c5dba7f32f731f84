import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../../src/config/index.js';
import { toOffset } from '../../../src/pipeline/records/offset.js';
import { KafkaJsPort } from '../../../src/client/kafkajs/kafkajs-port.js';
import { API, CuttingProxy } from '../../support/cutting-proxy.js';
import { createTopic, endOffsets, uniqueName, waitFor } from '../../support/kafka.js';

// kafkajs retries an unanswered request for about seven seconds.
jest.setTimeout(60_000);

let proxy: CuttingProxy;
let port: KafkaJsPort;
beforeAll(async () => {
  Logger.overrideLogger(false);
  proxy = await CuttingProxy.start();
  port = new KafkaJsPort(loadConfig({ KAFKA_BROKERS: proxy.address, KAFKA_GROUP_ID: 'g' }).kafka);
});
afterAll(() => proxy.stop());

async function valuesIn(topic: string): Promise<string[]> {
  const reader = port.reader();
  const end = toOffset(String((await endOffsets(topic)).get(0)));
  const values: string[] = [];
  for await (const { value } of reader.read(topic, 0, toOffset(0), end)) values.push(String(value));
  await reader.close();
  return values;
}

describe('a transactional producer that got no answer to a write', () => {
  test('a transactional producer without an answer to a write writes nothing until it is reopened, and then loses no acknowledged record', async () => {
    const topic = await createTopic(uniqueName('unanswered'));
    const producer = port.transactional(topic);
    const write = (value: string) => producer.write([{ topic, partition: 0, value }]);
    await producer.open();
    await write('A');
    proxy.cut = API.produce;
    await expect(write('B')).rejects.toThrow(/connection|retries/i);
    proxy.cut = undefined;
    expect(proxy.swallowed).toBeGreaterThan(0);
    await expect(write('C')).rejects.toMatchObject({ code: 'PRODUCER_NOT_OPEN' });
    await producer.open();
    await write('D');
    await write('E');
    await producer.disconnect();
    // A commit is acknowledged a moment before it is visible to readers.
    await waitFor(async () => (await valuesIn(topic)).includes('E'), {
      what: 'the last record',
      timeoutMs: 10_000,
    });
    expect(await valuesIn(topic)).toEqual(['A', 'D', 'E']);
  });
});
