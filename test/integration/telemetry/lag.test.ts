import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { Scrape } from './scrape.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const env = { KAFKA_LAG_REFRESH_MS: '100' };

describe('the lag of a partition', () => {
  test('the lag of a partition grows while a stuck handler keeps it paused, and is 0 once all records are settled', async () => {
    const topic = await createTopic(uniqueName('paused'));
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const timestamp = String(Date.now() - 3_600_000);
    await produce(topic, [{ value: 'first', timestamp }]);
    const { groupId, url } = await startHandlers(
      [{ topic, options: { order: 'partition' }, handle: () => released }],
      { env: { ...env, KAFKA_MAX_IN_FLIGHT: '1' } },
    );
    const value = async (name: string) =>
      (await Scrape.of(url)).value(`kafka_consumer_${name}`, { group: groupId });
    await waitFor(async () => (await value('paused_partitions')) === 1, { what: 'the pause' });
    expect(await value('lag')).toBe(1);
    expect(await value('lag_seconds')).toBeGreaterThanOrEqual(3600);
    expect(await value('in_flight')).toBe(1);

    await produce(topic, ['second', 'third']);
    await waitFor(async () => (await value('lag')) === 3, {
      what: 'the lag to show what was written meanwhile',
    });
    expect(await value('paused_partitions')).toBe(1);
    const age = (await value('stalled_seconds')) ?? 0;
    await waitFor(async () => ((await value('stalled_seconds')) ?? 0) > age, {
      what: 'the stall to grow',
    });

    release();
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const scrape = await Scrape.of(url);
    for (const name of ['lag', 'lag_seconds', 'in_flight', 'stalled_seconds', 'paused_partitions']) {
      expect([name, scrape.value(`kafka_consumer_${name}`, { group: groupId })]).toEqual([name, 0]);
    }
  });

  test('the lag of a partition that its handler has stopped grows record by record', async () => {
    const topic = await createTopic(uniqueName('stopped'));
    await produce(topic, ['bad']);
    const handle = () => Promise.reject(new Error('no'));
    const options = { onFailure: 'stop', retry: { attempts: 1 } } as const;
    const { url } = await startHandlers([{ topic, options, handle }], { env });
    const blocked = async () => (await Scrape.of(url)).by('kafka_consumer_blocked_records', 'kind');
    await waitFor(async () => (await blocked())['stop'] === 1, { what: 'the stop' });
    for (const [at, value] of ['second', 'third'].entries()) {
      await produce(topic, [value]);
      await waitFor(async () => (await Scrape.of(url)).value('kafka_consumer_lag', { topic }) === at + 2, {
        what: `the lag after ${value}`,
      });
    }
    expect(await blocked()).toEqual({ stop: 1 });
  });

  test('the lag of an idle partition is 0, even before a fetch has returned its end offset', async () => {
    const topic = await createTopic(uniqueName('idle'), { partitions: 2 });
    await produce(topic, [
      { value: 'a', partition: 0 },
      { value: 'b', partition: 0 },
    ]);
    const spec = { topic, handle: () => undefined };
    const before = await startHandlers([spec], { env });
    await waitFor(() => isCaughtUp(before.groupId, topic), { what: 'the end' });
    await before.stop();

    // No further fetch could report an end offset to this member.
    const { url, joined, groupId } = await startHandlers([spec], { env, groupId: before.groupId });
    await joined();
    const lags = async () =>
      (await Scrape.of(url)).all('kafka_consumer_lag', { group: groupId }).map(({ value }) => value);
    await waitFor(async () => (await lags()).length === 2, { what: 'both partitions' });
    expect(await lags()).toEqual([0, 0]);
    expect((await Scrape.of(url)).value('kafka_consumer_lag_seconds', { group: groupId })).toBe(0);
  });

  test('the lag of a waiting retry topic is reported with its age in seconds', async () => {
    const topic = await createTopic(uniqueName('waiting'));
    await produce(topic, ['bad']);
    const handle = () => Promise.reject(new Error('no'));
    const options = { onFailure: 'retry-topic', delays: ['1h'], retry: { attempts: 1 } } as const;
    const { url, groupId } = await startHandlers([{ topic, options, handle }], { env });
    const value = async (name: string) =>
      (await Scrape.of(url)).value(`kafka_consumer_${name}`, { group: groupId });
    await waitFor(async () => (await value('lag')) === 1, { what: 'the record in the retry topic' });
    const age = (await value('lag_seconds')) ?? NaN;
    const older = await waitFor(
      async () => {
        const seconds = (await value('lag_seconds')) ?? NaN;
        return seconds > age && seconds;
      },
      { what: 'its age to grow' },
    );
    expect(older).toBeLessThan(60);
    expect(await value('lag')).toBe(1);
  });

  test('the lag has a series only while the partition is assigned to the member', async () => {
    const topic = await createTopic(uniqueName('moving'), { partitions: 4 });
    const specs = [{ topic, handle: () => undefined }];
    const first = await startHandlers(specs, { env });
    await first.joined();
    const seriesOf = async (url: string): Promise<string[]> => {
      const scrape = await Scrape.of(url);
      const names = ['lag', 'lag_seconds', 'in_flight', 'stalled_seconds'];
      const partitions = names.map((name) =>
        scrape.all(`kafka_consumer_${name}`, { topic }).map(({ labels }) => labels['partition'] ?? ''),
      );
      for (const each of partitions) expect(each.toSorted()).toEqual(partitions[0]?.toSorted());
      return partitions[0] ?? [];
    };
    await waitFor(async () => (await seriesOf(first.url)).length === 4, { what: 'all partitions' });
    const second = await startHandlers(specs, { env, groupId: first.groupId });
    await waitFor(
      async () => (await seriesOf(first.url)).length === 2 && (await seriesOf(second.url)).length === 2,
      { what: 'the partitions to be shared' },
    );
    expect([...(await seriesOf(first.url)), ...(await seriesOf(second.url))].toSorted()).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
  });
});
