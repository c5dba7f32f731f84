import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';
import { OwnKafka, QUICK_SESSION } from './own-kafka.js';
import { Watch } from './watch.js';

jest.setTimeout(120_000);

let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.start();
}, 150_000);
afterEach(stopServices);
afterAll(() => kafka.stop());

describe('a service that starts before its broker', () => {
  test('a service that starts before its broker is live, reports at startup what it waits for, and joins once the broker is up', async () => {
    const topic = await kafka.createTopic('late');
    await kafka.produce(topic, ['a', 'b']);
    await kafka.broker.kill();
    const handled: unknown[] = [];
    const env = { KAFKA_BROKERS: kafka.bootstrap, ...QUICK_SESSION };
    const spec = { topic, handle: (payload: unknown) => void handled.push(payload) };
    const { url, groupId } = await startHandlers([spec], { env });

    await waitFor(async () => (await probe(url, 'startup')).reason.includes('ECONNREFUSED'), {
      what: 'the reason',
    });
    const refused: unknown = expect.stringContaining('ECONNREFUSED');
    expect(await downProbes(url)).toEqual({ startup: refused, ready: refused });
    const live = new Watch(url, 'live');

    await kafka.broker.restart();
    await waitFor(async () => (await probe(url, 'startup')).up, { what: 'the join', timeoutMs: 30_000 });
    await waitFor(async () => (await kafka.committed(groupId, topic)) === 2n, { what: 'the commit' });
    await live.stop();
    expect(live.reasons).toEqual([]);
    expect(handled).toEqual(['a', 'b']);
    expect(await downProbes(url)).toEqual({});
  });
});

describe('a broker that restarts within the session timeout', () => {
  test('a broker that restarts within the session timeout changes no probe and loses no record', async () => {
    const topic = await kafka.createTopic('restart', 4);
    const handled = new Set<unknown>();
    const patience = { KAFKA_SESSION_TIMEOUT_MS: '40000', KAFKA_REBALANCE_TIMEOUT_MS: '40000' };
    const env = { KAFKA_BROKERS: kafka.bootstrap, ...QUICK_SESSION, ...patience };
    const spec = { topic, handle: (payload: unknown) => void handled.add(payload) };
    const { url, groupId, joined } = await startHandlers([spec], { env });
    await joined();
    const watches = (['live', 'ready', 'startup'] as const).map((name) => new Watch(url, name));
    const records = (from: number): { value: string; partition: number }[] =>
      Array.from({ length: 20 }, (_, n) => ({ value: `${from + n}`, partition: n % 4 }));
    await kafka.produce(topic, records(0));

    await kafka.broker.restart();
    await kafka.produce(topic, records(20));

    const committedEverywhere = async (): Promise<boolean> => {
      const all = await Promise.all([0, 1, 2, 3].map((each) => kafka.committed(groupId, topic, each)));
      return all.every((offset) => offset === 10n);
    };
    await waitFor(committedEverywhere, { what: 'the commit of all', timeoutMs: 90_000 });
    expect(handled.size).toBe(40);
    await Promise.all(watches.map((watch) => watch.stop()));
    expect(watches.flatMap(({ reasons }) => reasons)).toEqual([]);
  });
});
