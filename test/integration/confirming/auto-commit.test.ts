import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { committedOffsets, createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { Gate } from './gate.js';
import { committed, type Handle, startHandlers, stopServices } from './handler-service.js';

jest.setTimeout(30_000);
afterEach(stopServices);

const WAYS: readonly (readonly [string, KafkaHandlerOptions])[] = [
  ['one by one', { read: 'one', commit: 'auto' }],
  ['in batches', { read: 'batch', commit: 'auto', batch: { maxRecords: 10, maxWaitMs: 20 } }],
];

/** Waits at the gate for all records of partition 0. */
function heldUpIn0(gate: Gate): Handle {
  return (_payload, context) => (context.getPartition() === 0 ? gate.opened : undefined);
}

describe.each(WAYS)('an automatic commit of records that are read %s', (_name, options) => {
  test('an automatic commit happens after the handler has returned, and not before', async () => {
    const topic = await createTopic(uniqueName('auto'), { partitions: 2 });
    const gate = new Gate();
    const groupId = uniqueName('group');
    expect(await committedOffsets(groupId, topic)).toEqual(new Map());
    await startHandlers([{ topic, options, handle: heldUpIn0(gate) }], { groupId });

    await produce(topic, [
      { value: 'held up', partition: 0 },
      { value: 'handled at once', partition: 1 },
    ]);

    // A commit covers all partitions: the one that advances partition 1 did not change partition 0.
    await waitFor(async () => (await committed(groupId, topic, 1)) === 1n, {
      what: 'the commit of partition 1',
    });
    expect(await committed(groupId, topic, 0)).toBe(0n);

    gate.open();
    await waitFor(async () => (await committed(groupId, topic, 0)) === 1n, {
      what: 'the commit of partition 0',
    });
  });

  test('an automatic commit happens at the latest after the commit interval', async () => {
    const topic = await createTopic(uniqueName('interval'));
    const handled: unknown[] = [];
    const env = { KAFKA_AUTO_COMMIT_INTERVAL_MS: '1500' };
    const handle: Handle = (payload) => void handled.push(payload);
    const service = await startHandlers([{ topic, options, handle }], { env });
    await service.joined();
    await produce(topic, ['a', 'b', 'c']);
    await waitFor(() => handled.flat().length === 3, { what: 'three handled records', everyMs: 5 });
    const handledAt = Date.now();

    await waitFor(async () => (await committed(service.groupId, topic)) === 3n, {
      what: 'the commit',
      everyMs: 10,
    });
    expect(Date.now() - handledAt).toBeLessThan(2_500);
  });

  test('an automatic commit happens at shutdown, however long the interval is', async () => {
    const topic = await createTopic(uniqueName('stop'));
    const handled: unknown[] = [];
    const env = { KAFKA_AUTO_COMMIT_INTERVAL_MS: '600000' };
    const handle: Handle = (payload) => void handled.push(payload);
    const service = await startHandlers([{ topic, options, handle }], { env });
    await service.joined();
    await produce(topic, ['a', 'b', 'c']);
    await waitFor(() => handled.flat().length === 3, { what: 'three handled records' });
    expect(await committed(service.groupId, topic)).toBe(0n);

    await service.stop();
    expect(await committed(service.groupId, topic)).toBe(3n);
  });
});

describe('an automatic commit in key order', () => {
  test('an automatic commit in key order stops before the first running record, whatever later keys have done', async () => {
    const topic = await createTopic(uniqueName('keys'), { partitions: 2 });
    const gate = new Gate();
    const handled: unknown[] = [];
    const handle: Handle = async (payload) => {
      if (payload === 'slow') await gate.opened;
      handled.push(payload);
    };
    const { groupId } = await startHandlers([{ topic, options: { commit: 'auto', order: 'key' }, handle }]);
    await produce(topic, [
      { key: 'a', value: 'first', partition: 0 },
      { key: 'b', value: 'slow', partition: 0 },
      { key: 'c', value: 'later', partition: 0 },
    ]);
    await waitFor(() => handled.includes('later'), { what: 'the later key' });
    await produce(topic, [{ value: 'elsewhere', partition: 1 }]);
    await waitFor(async () => (await committed(groupId, topic, 1)) === 1n, {
      what: 'the commit of partition 1',
    });
    expect(await committed(groupId, topic, 0)).toBe(1n);

    gate.open();
    await waitFor(async () => (await committed(groupId, topic, 0)) === 3n, {
      what: 'the commit of all keys',
    });
  });
});
