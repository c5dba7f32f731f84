import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ForeignClient } from '../../support/foreign-client.js';
import type { ForeignProducer } from '../../support/foreign-producer.js';
import { createTopic, uniqueName } from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

let java: ForeignClient;
beforeAll(async () => {
  java = await ForeignClient.start();
});
afterAll(() => java.stop());
afterEach(stopReaders);

async function transactional(count: number): Promise<ForeignProducer[]> {
  const producers = Array.from({ length: count }, () =>
    java.open({ 'transactional.id': uniqueName('transaction'), 'compression.type': 'lz4' }),
  );
  return Promise.all(producers);
}

describe('reading transactions that overlap', () => {
  it('no record of an aborted transaction is read when transactions overlap, whichever began and ended first', async () => {
    const topic = await createTopic(uniqueName('tx-overlap'));
    const [first, second] = await transactional(2);
    if (!first || !second) throw new Error('two producers were asked for');
    await first.begin();
    await first.send(topic, [{ value: 'first' }]);
    await second.begin();
    await second.send(topic, [{ value: 'second' }]);
    await first.send(topic, [{ value: 'first' }]);
    await second.abort();
    await first.send(topic, [{ value: 'first' }]);
    await first.abort();
    await (await java.open()).send(topic, [{ value: 'last' }]);

    const reader = await Reader.start(topic, { order: 'partition' });
    await reader.caughtUp(topic);
    expect(reader.payloads).toEqual(['last']);
  });

  const producers = 4;
  const step = fc.record({
    producer: fc.nat(producers - 1),
    // More records than ends, so that transactions overlap.
    what: fc.constantFrom('send', 'send', 'send', 'commit', 'abort'),
  } as const);

  it.each([
    ['one large fetch', {}],
    ['many small ones', { KAFKA_FETCH_MAX_BYTES_PER_PARTITION: '400', KAFKA_FETCH_MAX_BYTES: '400' }],
    ['a narrow budget', { KAFKA_MAX_IN_FLIGHT: '3' }],
  ])("overlapping transactions are read as Kafka's own consumer reads them, in %s", async (_, env) => {
    const writers = await transactional(producers);
    const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const topic = await createTopic(uniqueName('tx-random'));
      const open = new Set<ForeignProducer>();
      for (const { producer, what } of steps) {
        const writer = writers[producer];
        if (!writer) throw new Error(`there is no producer ${producer}`);
        if (what !== 'send') {
          if (open.delete(writer)) await writer[what]();
          continue;
        }
        if (!open.has(writer)) await writer.begin();
        open.add(writer);
        await writer.send(topic, [{ key: 'k', value: 'v'.repeat(100) }, { value: 'w' }]);
      }
      for (const writer of open) await writer.abort();

      const expected = await java.read(topic);
      const reader = await Reader.start(topic, { order: 'partition', env });
      await reader.caughtUp(topic);
      await reader.stop();
      expect(reader.offsets).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 3, endOnFailure: true });
  });
});
