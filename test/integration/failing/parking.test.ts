import { afterEach, expect, jest, test } from '@jest/globals';
import type { KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { release } from './release.js';

jest.setTimeout(60_000);
afterEach(stopServices);

const options: KafkaHandlerOptions = { onFailure: 'park', retry: { attempts: 2, initialMs: 10 } };

test('a parked key stays parked through a restart, and is released in order, before new records', async () => {
  const topic = await createTopic(uniqueName('parked'));
  const handled: string[] = [];
  let isMended = false;
  const spec = {
    topic,
    options,
    handle: (payload: unknown) => {
      if (payload === 'a1' && !isMended) throw new Error('not yet');
      handled.push(String(payload));
    },
  };
  const send = (values: readonly string[]) =>
    produce(
      topic,
      values.map((value) => ({ key: value[0] ?? null, value })),
    );
  await send(['a1', 'b1', 'a2']);
  const first = await startHandlers([spec]);
  await waitFor(() => isCaughtUp(first.groupId, topic), { what: 'the end' });
  expect(handled).toEqual(['b1']);
  await first.stop();

  const { groupId, runtime } = await startHandlers([spec], { groupId: first.groupId });
  await send(['a3', 'b2']);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  expect(handled).toEqual(['b1', 'b2']);
  const [pipeline] = runtime.groups[0]?.pipeline.partitions ?? [];
  expect(pipeline?.status.parked).toBe(3);

  isMended = true;
  await release(topic, groupId, 'a');
  await waitFor(() => pipeline?.status.parked === 0, { what: 'the release' });
  expect(handled).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
  await send(['a4']);
  await waitFor(() => handled.includes('a4'), { what: 'the key to go on' });
  const after = await startHandlers([spec], { groupId });
  await after.joined();
  expect(handled).toHaveLength(6);
});

test('a parked tombstone is released unchanged, with its headers', async () => {
  const topic = await createTopic(uniqueName('tombstone'));
  const seen: unknown[] = [];
  await produce(topic, [{ key: 'k', value: null, headers: { mine: 'kept' } }]);
  const { groupId } = await startHandlers([
    {
      topic,
      options: { ...options, retry: { attempts: 1 } },
      handle: (payload, context) => {
        seen.push([payload, context.getMessage().headers, context.getMessage().offset]);
        if (seen.length === 1) throw new Error('once');
      },
    },
  ]);
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  await release(topic, groupId, 'k');
  await waitFor(() => seen.length === 2, { what: 'its return' });
  expect(seen[1]).toEqual([null, { mine: 'kept' }, '0']);
});

test('parked records are handled in order after the policy has changed from parking to dead letters', async () => {
  const topic = await createTopic(uniqueName('policy'));
  const handled: string[] = [];
  let isMended = false;
  const handle = (payload: unknown): void => {
    if (payload === 'a1' && !isMended) throw new Error('not yet');
    handled.push(String(payload));
  };
  await produce(topic, [{ key: 'a', value: 'a1' }]);
  const first = await startHandlers([{ topic, options, handle }]);
  await waitFor(() => isCaughtUp(first.groupId, topic), { what: 'the end' });
  await first.stop();

  isMended = true;
  await produce(topic, [
    { key: 'a', value: 'a2' },
    { key: 'b', value: 'b1' },
  ]);
  const { groupId } = await startHandlers(
    [{ topic, options: { ...options, onFailure: 'dead-letter' }, handle }],
    { groupId: first.groupId },
  );
  await waitFor(() => isCaughtUp(groupId, topic), { what: 'the end' });
  expect(handled).toEqual(['b1']);
  await release(topic, groupId, 'a');
  await waitFor(() => handled.length === 3, { what: 'the release' });
  expect(handled).toEqual(['b1', 'a1', 'a2']);
});
