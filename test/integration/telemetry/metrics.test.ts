import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { PermanentError } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { Scrape } from './scrape.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const retry = { attempts: 2, initialMs: 1 };

describe('the metrics of records', () => {
  test('the metrics count handled records, calls and commits', async () => {
    const topic = await createTopic(uniqueName('counted'), { partitions: 2 });
    await produce(
      topic,
      Array.from({ length: 20 }, (_, at) => ({ value: `v${at}`, partition: at % 2 })),
    );
    const { groupId, url } = await startHandlers([{ topic, handle: () => undefined }]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const scrape = await Scrape.of(url);
    const labels = { group: groupId, topic };
    expect(scrape.by('kafka_consumer_records_total', 'outcome', labels)).toEqual({ handled: 20 });
    expect(scrape.value('kafka_consumer_handler_seconds_count', labels)).toBe(20);
    expect(scrape.value('kafka_consumer_handler_seconds_bucket', { ...labels, le: '+Inf' })).toBe(20);
    expect(scrape.all('kafka_consumer_lag', labels).map(({ value }) => value)).toEqual([0, 0]);
    expect(
      scrape.value('kafka_consumer_commits_total', { group: groupId, outcome: 'success' }),
    ).toBeGreaterThan(0);
    expect(scrape.value('kafka_consumer_rebalances_total', { group: groupId })).toBeGreaterThan(0);
    expect(scrape.value('kafka_consumer_assigned_partitions', { group: groupId })).toBe(2);
    expect(scrape.value('kafka_consumer_restarts_total', { group: groupId })).toBe(0);
  });

  test('the metrics count a batch as one call and all of its records', async () => {
    const topic = await createTopic(uniqueName('batch'));
    await produce(topic, ['a', 'b', 'c']);
    const options = { read: 'batch', batch: { maxRecords: 3, maxWaitMs: 10_000 } } as const;
    const { groupId, url } = await startHandlers([{ topic, options, handle: () => undefined }]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const scrape = await Scrape.of(url);
    expect(scrape.value('kafka_consumer_records_total', { topic, outcome: 'handled' })).toBe(3);
    expect(scrape.value('kafka_consumer_handler_seconds_count', { topic })).toBe(1);
  });

  test('the metrics label dead letters with a fixed set of reasons, never with their error', async () => {
    const failures: Record<string, (signal: AbortSignal) => unknown> = {
      permanent: () => {
        throw new PermanentError('secret customer 4711');
      },
      never: () => {
        throw new RangeError('secret limit');
      },
      error: () => {
        throw Object.assign(new Error('secret text'), { name: 'SecretNameError' });
      },
      timeout: (signal) =>
        new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
    };
    const schema = z.object({ kind: z.string() });
    const topic = await createTopic(uniqueName('reasons'));
    await produce(topic, [
      ...Object.keys(failures).map((kind) => JSON.stringify({ kind })),
      '{"kind":1}',
      'no JSON',
    ]);
    const { groupId, url } = await startHandlers([
      {
        topic,
        options: { value: 'json', schema, timeoutMs: 100, retry: { ...retry, never: [RangeError] } },
        handle: (payload, { signal }) => failures[schema.parse(payload).kind]?.(signal),
      },
    ]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const scrape = await Scrape.of(url);
    expect(scrape.by('kafka_consumer_dead_letters_total', 'reason', { topic })).toEqual({
      payload: 1,
      schema: 1,
      permanent: 2,
      timeout: 1,
      error: 1,
    });
    expect(scrape.by('kafka_consumer_records_total', 'outcome', { topic })).toEqual({ 'dead-letter': 6 });
    expect(scrape.value('kafka_consumer_retries_total', { topic })).toBe(2);
    expect(scrape.text).not.toMatch(/secret|4711|RangeError/i);
  });

  test('the metrics distinguish the outcomes of failed records', async () => {
    const topic = await createTopic(uniqueName('skipped'));
    await produce(topic, ['a', 'b']);
    const handle = () => {
      throw new Error('no');
    };
    const { groupId, url } = await startHandlers([{ topic, options: { onFailure: 'skip', retry }, handle }]);
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
    const scrape = await Scrape.of(url);
    expect(scrape.by('kafka_consumer_records_total', 'outcome', { topic })).toEqual({ skip: 2 });
    expect(scrape.value('kafka_consumer_dead_letters_total', { topic })).toBe(0);
  });

  test('the metrics distinguish the groups of one process', async () => {
    const topic = await createTopic(uniqueName('shared'));
    const second = uniqueName('second');
    await produce(topic, ['a', 'b', 'c']);
    const { groupId, url } = await startHandlers([
      { topic, handle: () => undefined },
      {
        topic,
        options: { groupId: second, onFailure: 'skip', retry },
        handle: () => Promise.reject(new Error('no')),
      },
    ]);
    for (const group of [groupId, second]) {
      await waitFor(() => isCaughtUp(group, topic), { what: `the end of ${group}` });
    }
    const scrape = await Scrape.of(url);
    const of = (group: string) => scrape.by('kafka_consumer_records_total', 'outcome', { topic, group });
    expect(of(groupId)).toEqual({ handled: 3 });
    expect(of(second)).toEqual({ skip: 3 });
  });
});
