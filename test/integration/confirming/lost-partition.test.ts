import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { PartitionLostError, type KafkaHandlerOptions } from '../../../src/transport/index.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { Gate } from './gate.js';
import { committed, type Handle, startHandlers, stopServices } from './handler-service.js';

jest.setTimeout(30_000);
afterEach(stopServices);

/** A rebalance waits half of this for handlers; the minimum that the broker allows. */
const env = {
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '300',
  KAFKA_REBALANCE_TIMEOUT_MS: '6000',
};

const WAYS: readonly (readonly [string, KafkaHandlerOptions])[] = [
  ['a record', { commit: 'manual' }],
  ['a batch', { commit: 'manual', read: 'batch', batch: { maxRecords: 5, maxWaitMs: 10 } }],
];

describe.each(WAYS)('a manual commit of %s whose partition went to another member', (_name, options) => {
  test('a manual commit for a lost partition rejects with PartitionLostError, and the new owner gets the record', async () => {
    const topic = await createTopic(uniqueName('lost'), { partitions: 2 });
    const groupId = uniqueName('group');
    const gate = new Gate();
    const outcomes = new Map<number, unknown>();
    const aborted: number[] = [];
    const holding: Handle = async (_payload, context, offsets) => {
      const partition = context.getPartition();
      context.signal.addEventListener('abort', () => aborted.push(partition));
      await gate.opened;
      outcomes.set(partition, await offsets.commit(context).catch((error: unknown) => error));
    };
    const delivered: number[] = [];
    const taking: Handle = async (_payload, context, offsets) => {
      await offsets.commit(context);
      delivered.push(context.getPartition());
    };
    await produce(topic, [
      { value: 'a', partition: 0 },
      { value: 'b', partition: 1 },
    ]);

    const first = await startHandlers([{ topic, options, handle: holding }], { groupId, env });
    await first.joined();
    await startHandlers([{ topic, options, handle: taking }], { groupId, env });
    await waitFor(() => delivered.length === 1, { what: 'the record at its new member' });
    const lost = delivered[0] ?? -1;
    const kept = 1 - lost;
    expect(aborted).toEqual([lost]);

    gate.open();
    await waitFor(() => outcomes.size === 2, { what: 'both commits' });
    expect(outcomes.get(lost)).toBeInstanceOf(PartitionLostError);
    expect(outcomes.get(lost)).toMatchObject({ code: 'PARTITION_LOST', topic, partition: lost });
    expect(outcomes.get(kept)).toBeUndefined();
    expect(await committed(groupId, topic, lost)).toBe(1n);
    expect(await committed(groupId, topic, kept)).toBe(1n);
    expect(delivered).toEqual([lost]);
  });
});

describe('a manual commit that waits for earlier keys', () => {
  test('a manual commit that waits for earlier keys rejects with PartitionLostError if the service stops first', async () => {
    const topic = await createTopic(uniqueName('never-covered'));
    let outcome: Promise<unknown> | undefined;
    const handle: Handle = async (payload, context, offsets) => {
      if (payload === 'a') return new Promise((resolve) => context.signal.addEventListener('abort', resolve));
      outcome = offsets.commit(context).catch((error: unknown) => error);
      return outcome;
    };
    await produce(topic, [
      { key: 'a', value: 'a' },
      { key: 'b', value: 'b' },
    ]);
    const options: KafkaHandlerOptions = { commit: 'manual', order: 'key' };
    const service = await startHandlers([{ topic, options, handle }]);
    await waitFor(() => outcome !== undefined, { what: 'the second key' });

    expect(await service.stop(200)).toBe(false);
    expect(await outcome).toBeInstanceOf(PartitionLostError);
    expect(await committed(service.groupId, topic)).toBe(0n);
  });
});
