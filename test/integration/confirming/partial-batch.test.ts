import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { BatchRecordError, type KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { Gate } from './gate.js';
import { committed, type Handle, startHandlers, stopServices } from './handler-service.js';

jest.setTimeout(30_000);
afterEach(stopServices);

const BATCH: KafkaHandlerOptions = { read: 'batch', batch: { maxRecords: 5, maxWaitMs: 50 }, commit: 'auto' };

describe('a batch that fails in part', () => {
  test('in a batch that fails in part, records before the failed one are committed and the others delivered again', async () => {
    const topic = await createTopic(uniqueName('partial'));
    const gate = new Gate();
    const calls: unknown[] = [];
    const handle: Handle = async (payloads) => {
      calls.push(payloads);
      if (calls.length === 1) throw new BatchRecordError(2, new Error('no stock'));
      await gate.opened;
    };
    await produce(topic, ['a', 'b', 'c', 'd', 'e']);
    const { groupId } = await startHandlers([{ topic, options: BATCH, handle }]);

    await waitFor(async () => (await committed(groupId, topic)) === 2n, {
      what: 'the commit of the first two',
    });
    await waitFor(() => calls.length === 2, { what: 'the second call' });
    expect(calls).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      ['c', 'd', 'e'],
    ]);
    expect(await committed(groupId, topic)).toBe(2n);

    gate.open();
    await waitFor(async () => (await committed(groupId, topic)) === 5n, { what: 'the commit of the rest' });
  });

  test('a batch that fails in part is reported with its failed record, not its first', async () => {
    const topic = await createTopic(uniqueName('named'));
    const handle: Handle = (payloads) => {
      const at = Array.isArray(payloads) ? payloads.indexOf('b') : -1;
      if (at >= 0) throw new BatchRecordError(at, new Error('no stock'));
    };
    await produce(topic, ['a', 'b', 'c']);
    const { runtime, groupId } = await startHandlers([{ topic, options: BATCH, handle }]);
    await waitFor(async () => (await committed(groupId, topic)) === 1n, { what: 'the commit of the first' });
    const [partition] = runtime.groups[0]?.pipeline.partitions ?? [];
    const oldest = partition?.status.oldest;
    expect(oldest).toMatchObject({ offset: '1', lastError: new Error('no stock') });
    expect(oldest?.failures).toBeGreaterThan(0);
  });

  test('a batch that fails in part leaves a manual commit to the handler', async () => {
    const topic = await createTopic(uniqueName('manual-partial'));
    const calls: unknown[] = [];
    const handle: Handle = async (payloads, context, offsets) => {
      calls.push(payloads);
      if (calls.length > 1 || !('at' in context) || typeof context.at !== 'function') return;
      await offsets.commit(context.at(1));
      throw new BatchRecordError(2, new Error('no stock'));
    };
    await produce(topic, ['a', 'b', 'c', 'd', 'e']);
    const { groupId } = await startHandlers([{ topic, options: { ...BATCH, commit: 'manual' }, handle }]);
    await waitFor(() => calls.length === 2, { what: 'the second call' });
    expect(calls[1]).toEqual(['c', 'd', 'e']);
    expect(await committed(groupId, topic)).toBe(2n);
  });
});
