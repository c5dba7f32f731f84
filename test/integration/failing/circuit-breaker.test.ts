import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { committed, startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';

jest.setTimeout(90_000);
afterEach(stopServices);

const PARTITIONS = 2;
const CONSECUTIVE = 10;
const PATIENCE = { timeoutMs: 40_000 };

const options: KafkaHandlerOptions = {
  retry: { attempts: 2, initialMs: 10, maxMs: 500 },
  deadLetterLimit: { consecutive: CONSECUTIVE },
};

/** More than the circuit breaker's window, and fewer than fill it: it must close in either case. */
describe.each([600, 40])('a release that fails every one of %p records', (count) => {
  const values = Array.from({ length: count }, (_, n) => `${n}`);

  async function badRelease(order: 'key' | 'partition') {
    const topic = await createTopic(uniqueName('release'), { partitions: PARTITIONS });
    await produce(
      topic,
      values.map((value) => ({
        key: `k${Number(value) % 30}`,
        value,
        partition: Number(value) % PARTITIONS,
      })),
    );
    const handled: string[] = [];
    let isFixed = false;
    const spec = {
      topic,
      options: { ...options, order },
      handle: (payload: unknown) => {
        if (!isFixed) throw new Error('the database is away');
        handled.push(String(payload));
      },
    };
    const service = await startHandlers([spec]);
    await service.joined();
    const isOpen = async (): Promise<boolean> =>
      [...(service.runtime.groups[0]?.pipeline.partitions ?? [])].filter(({ status }) =>
        status.pauseReasons.includes('circuit breaker'),
      ).length === PARTITIONS;
    await waitFor(isOpen, { ...PATIENCE, what: 'the circuit breaker of both partitions' });
    return { topic, handled, spec, service, fix: () => (isFixed = true) };
  }

  /**
   * The records that became dead letters. A topic that was created just now may accept a request for one partition and
   * not for another; the request is then repeated, and some dead letters are in the topic twice.
   */
  async function lettersOf(topic: string): Promise<string[]> {
    const letters = await readTopic(`${topic}.dlt`);
    const records = Array.from(
      { length: PARTITIONS },
      (_, at) =>
        new Set(letters.filter(({ partition }) => partition === at).map(({ value }) => String(value))),
    );
    for (const { size } of records) expect(size).toBeLessThanOrEqual(CONSECUTIVE);
    return records.flatMap((each) => [...each]);
  }

  test.each(['key', 'partition'] as const)(
    'a release that fails every record is stopped with the reason, and continues by itself once its dependency is back (order: %p)',
    async (order) => {
      const { topic, handled, service, fix } = await badRelease(order);
      const { url, groupId } = service;
      const ready = (await probe(url, 'ready')).reason;
      expect(ready).toContain('the circuit breaker is open');
      expect(ready).toContain(topic);
      expect((await probe(url, 'live')).up).toBe(true);
      for (let partition = 0; partition < PARTITIONS; partition++) {
        expect(await committed(groupId, topic, partition)).toBeLessThan(CONSECUTIVE);
      }

      fix();
      await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: 'the end' });
      const letters = await lettersOf(topic);
      expect([...handled, ...letters].toSorted()).toEqual(values.toSorted());
      expect(await downProbes(url)).toEqual({});
      await produce(topic, [{ key: 'new', value: 'new', partition: 1 }]);
      await waitFor(() => handled.includes('new'), { ...PATIENCE, what: 'a new record' });
    },
  );

  test('a release that fails every record is stopped, and nothing is lost when a fixed one replaces it', async () => {
    const { topic, handled, service, spec, fix } = await badRelease('key');
    await service.stop(1_000);
    const before = await lettersOf(topic);
    fix();
    const { groupId, url } = await startHandlers([spec], { groupId: service.groupId });
    await waitFor(() => isCaughtUp(groupId, topic), { ...PATIENCE, what: 'the end' });
    const letters = await lettersOf(topic);
    expect(letters).toEqual(before);
    // A dead letter whose offset was not committed may also be handled.
    expect([...new Set([...handled, ...letters])].toSorted()).toEqual(values.toSorted());
    expect(new Set(handled).size).toBe(handled.length);
    expect(await downProbes(url)).toEqual({});
  });
});
