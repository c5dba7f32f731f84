import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { GuardedKafka } from '../security/guarded-kafka.js';

jest.setTimeout(60_000);

let kafka: GuardedKafka;
beforeAll(async () => {
  kafka = await GuardedKafka.start();
}, 150_000);
afterEach(stopServices);
afterAll(() => kafka.stop());

const STORES = [
  { name: 'does not exist and may not be made', isMade: false, lacks: ['CREATE', 'WRITE'] },
  { name: 'may not be written to', isMade: true, lacks: ['WRITE'] },
] as const;

describe.each(STORES)('a dead-letter topic that $name', ({ isMade, lacks }) => {
  test('a dead-letter topic that rejects writes blocks only its partition, uncommitted and with the reason, until writes are allowed', async () => {
    const topic = await kafka.createTopic('source', 2);
    const deadLetterTopic = isMade ? await kafka.createTopic('letters') : uniqueName('letters');
    const groupId = uniqueName('group');
    await kafka.grant('GROUP', groupId, 'READ');
    await kafka.grant('TOPIC', topic, 'READ');
    if (isMade) await kafka.grant('TOPIC', deadLetterTopic, 'READ');
    const filler = Array.from({ length: 500 }, (_, n) => ({ key: `k${n}`, value: `${n}`, partition: 0 }));
    await kafka.produce(topic, [
      { key: 'a', value: 'good', partition: 0 },
      { key: 'bad', value: 'bad', partition: 0 },
      ...filler,
      ...filler.map(({ key, value }) => ({ key, value: `other ${value}`, partition: 1 })),
    ]);
    const handled = new Map<string, number>();
    let calls = 0;
    const { url, runtime, joined } = await startHandlers(
      [
        {
          topic,
          options: { deadLetterTopic, retry: { attempts: 2, initialMs: 10 } },
          handle: (payload) => {
            const value = String(payload);
            if (value !== 'bad') return void handled.set(value, (handled.get(value) ?? 0) + 1);
            calls++;
            throw new Error('no');
          },
        },
      ],
      { groupId, env: { ...kafka.login, KAFKA_MAX_IN_FLIGHT: '100' } },
    );
    await joined();
    const ready = await waitFor(
      async () => {
        const { reason } = await probe(url, 'ready');
        return reason.includes('cannot be stored') && reason;
      },
      { what: 'readiness to name it' },
    );
    expect(ready).toContain(`${topic}[0] at offset 1`);
    expect(ready).toMatch(/authoriz/i);
    await waitFor(async () => (await kafka.committed(groupId, topic, 1)) === 500n, { what: 'the other one' });
    expect(await kafka.committed(groupId, topic, 0)).toBe(1n);
    expect((await probe(url, 'live')).up).toBe(true);
    expect(runtime.limiter.total.records).toBeLessThanOrEqual(502);
    expect(calls).toBe(2);

    await kafka.grant('TOPIC', deadLetterTopic, ...lacks);
    await waitFor(async () => (await kafka.committed(groupId, topic, 0)) === 502n, {
      what: 'the rest',
      timeoutMs: 30_000,
    });
    const letters = await readTopic(deadLetterTopic, kafka.bootstrap);
    expect(letters.map(({ value }) => String(value))).toEqual(['bad']);
    expect([...handled.values()].filter((times) => times > 1)).toEqual([]);
    expect(handled.size).toBe(1001);
    expect(calls).toBe(2);
    expect(await downProbes(url)).toEqual({});
  });
});
