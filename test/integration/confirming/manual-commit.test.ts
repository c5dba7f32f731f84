import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { Gate } from './gate.js';
import { committed, type Handle, startHandlers, stopServices } from './handler-service.js';

jest.setTimeout(30_000);
afterEach(stopServices);

const MANUAL: KafkaHandlerOptions = { commit: 'manual' };
const MANUAL_BATCH: KafkaHandlerOptions = {
  commit: 'manual',
  read: 'batch',
  batch: { maxRecords: 3, maxWaitMs: 50 },
};
/** Long enough that only a handler can cause a commit. */
const NEVER_BY_ITSELF = { KAFKA_AUTO_COMMIT_INTERVAL_MS: '600000' };

describe.each([
  ['record', MANUAL, 1n],
  ['batch', MANUAL_BATCH, 3n],
] as const)('a manual commit of a %s', (_name, options, size) => {
  test('a manual commit resolves once the broker has acknowledged it', async () => {
    const topic = await createTopic(uniqueName('manual'));
    const groupId = uniqueName('group');
    const seen: [before: bigint, after: bigint][] = [];
    const handle: Handle = async (_payload, context, offsets) => {
      const before = await committed(groupId, topic);
      await offsets.commit(context);
      seen.push([before, await committed(groupId, topic)]);
    };
    await produce(topic, ['a', 'b', 'c', 'd', 'e', 'f']);
    await startHandlers([{ topic, options, handle }], { groupId, env: NEVER_BY_ITSELF });

    await waitFor(() => seen.at(-1)?.[1] === 6n, { what: 'the commit of all six' });
    for (const [call, [before, after]] of seen.entries()) {
      expect(before).toBe(BigInt(call) * size);
      expect(after).toBe(BigInt(call + 1) * size);
    }
  });

  test('a manual commit never happens by itself: records that their handler has not committed are delivered again', async () => {
    const topic = await createTopic(uniqueName('uncommitted'));
    await produce(topic, ['a', 'b', 'c']);
    const handled: unknown[] = [];
    const spec = { topic, options, handle: (payload: unknown) => void handled.push(payload) };
    const first = await startHandlers([spec]);
    await waitFor(() => handled.flat().length === 3, { what: 'three handled records' });
    await first.stop();
    expect(await committed(first.groupId, topic)).toBe(0n);

    await startHandlers([spec], { groupId: first.groupId });
    await waitFor(() => handled.flat().length === 6, { what: 'the same records again' });
    expect(handled.flat()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('acknowledged records are committed with the next interval, without waiting for it', async () => {
    const topic = await createTopic(uniqueName('acknowledged'));
    const results: unknown[] = [];
    const handle: Handle = (_payload, context, offsets) => void results.push(offsets.acknowledge(context));
    await produce(topic, ['a', 'b', 'c']);
    const { groupId } = await startHandlers([{ topic, options, handle }]);
    await waitFor(async () => (await committed(groupId, topic)) === 3n, {
      what: 'the commit on the interval',
    });
    expect(new Set(results)).toEqual(new Set([undefined]));
  });
});

describe('a manual commit in partition order', () => {
  test('a manual commit in partition order covers every earlier record of the partition', async () => {
    const topic = await createTopic(uniqueName('every-third'));
    const groupId = uniqueName('group');
    const seen: bigint[] = [];
    const handle: Handle = async (payload, context, offsets) => {
      if (payload === 'commit') await offsets.commit(context);
      seen.push(await committed(groupId, topic));
    };
    await produce(topic, ['a', 'b', 'commit', 'c', 'commit', 'd']);
    const service = await startHandlers([{ topic, options: MANUAL, handle }], {
      groupId,
      env: NEVER_BY_ITSELF,
    });
    await waitFor(() => seen.length === 6, { what: 'six handled records' });
    expect(seen).toEqual([0n, 0n, 3n, 3n, 5n, 5n]);

    await service.stop();
    expect(await committed(groupId, topic)).toBe(5n);
  });

  test('a manual commit of one record of a batch covers only the records before it', async () => {
    const topic = await createTopic(uniqueName('part-of-batch'));
    const groupId = uniqueName('group');
    const seen: bigint[] = [];
    const handle: Handle = async (_payload, context, offsets) => {
      if ('at' in context && typeof context.at === 'function') await offsets.commit(context.at(1));
      seen.push(await committed(groupId, topic));
    };
    await produce(topic, ['a', 'b', 'c']);
    await startHandlers([{ topic, options: MANUAL_BATCH, handle }], { groupId, env: NEVER_BY_ITSELF });
    await waitFor(() => seen.length === 1, { what: 'the batch' });
    expect(seen).toEqual([2n]);
  });
});

describe('a manual commit in key order', () => {
  test('a manual commit in key order settles only its record, and resolves once all earlier ones are settled', async () => {
    const topic = await createTopic(uniqueName('keys'));
    const gates = { a: new Gate(), b: new Gate(), c: new Gate() };
    const begun: unknown[] = [];
    const resolved: unknown[] = [];
    const handle: Handle = async (payload, context, offsets) => {
      begun.push(payload);
      if (payload === 'a' || payload === 'b' || payload === 'c') await gates[payload].opened;
      await offsets.commit(context);
      resolved.push(payload);
    };
    await produce(
      topic,
      ['a', 'b', 'c'].map((key) => ({ key, value: key })),
    );
    const options: KafkaHandlerOptions = { commit: 'manual', order: 'key' };
    const { groupId } = await startHandlers([{ topic, options, handle }], { env: NEVER_BY_ITSELF });
    await waitFor(() => begun.length === 3, { what: 'all three handlers' });

    gates.c.open();
    gates.a.open();
    await waitFor(() => resolved.length === 1, { what: 'the commit of a' });
    expect(resolved).toEqual(['a']);
    expect(await committed(groupId, topic)).toBe(1n);

    gates.b.open();
    await waitFor(() => resolved.length === 3, { what: 'the commits of b and c' });
    expect(await committed(groupId, topic)).toBe(3n);
  });
});
