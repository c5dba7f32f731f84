import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { KafkaHandler, KafkaRecordContext } from '../../../src/transport/index.js';
import {
  closeClients,
  committedOffsets,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';

const BUDGET = { KAFKA_MAX_IN_FLIGHT: '400', KAFKA_FETCH_MAX_BYTES_PER_PARTITION: '20000' };

let service: RunningService | undefined;
afterEach(async () => {
  await service?.stop(100);
  service = undefined;
});
afterAll(closeClients);

/** A controller whose handler hangs on one key until it is released. */
function hangingOn(stuckKey: string, topic: string) {
  const handled: { partition: number; key: string }[] = [];
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));

  @Controller()
  class HangingController {
    @KafkaHandler(topic, { order: 'key', concurrency: 16 })
    async onRecord(@Payload() _value: unknown, @Ctx() context: KafkaRecordContext): Promise<void> {
      const key = String(context.getMessage().key);
      if (key === stuckKey) await gate;
      handled.push({ partition: context.getPartition(), key });
    }
  }
  return { HangingController, handled, letGo };
}

const records = (partition: number, count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({
    partition,
    key: `${prefix}${index % 50}`,
    value: `${index}`,
  }));

describe('a key whose handler hangs', () => {
  test('a key whose handler hangs blocks only its lane, and its partition once the budget is full, but no other', async () => {
    const topic = await createTopic(uniqueName('stuck'), { partitions: 2 });
    const { HangingController, handled, letGo } = hangingOn('stuck', topic);
    const groupId = uniqueName('stuck');
    await produce(topic, [{ partition: 0, key: 'stuck', value: 'first' }]);
    await produce(topic, records(0, 60, 'near'));
    await produce(topic, records(1, 5_000, 'far'));
    service = await startService(
      { controllers: [HangingController] },
      { ...BUDGET, KAFKA_GROUP_ID: groupId },
    );
    const near = () => handled.filter(({ partition }) => partition === 0).length;
    const far = () => handled.filter(({ partition }) => partition === 1).length;
    await waitFor(() => near() === 60, { what: 'the other keys of its partition' });
    await waitFor(() => far() === 5_000, { what: 'the other partition' });

    // In small batches, since a broker never returns less than a whole batch.
    for (let sent = 0; sent < 3_000; sent += 100) await produce(topic, records(0, 100, 'near'));
    await waitFor(() => near() > 500, { what: 'the other keys of its partition to go on' });
    await produce(topic, records(1, 2_000, 'far'));
    await waitFor(() => far() === 7_000, { what: 'the other partition, beside a paused one' });
    await waitFor(async () => (await committedOffsets(groupId, topic)).get(1) === 7_000n, {
      what: 'the other partition to be committed',
    });
    expect(pipeline(service, topic, 0)?.paused).toBe(true);
    expect(near()).toBeLessThan(3_060);
    expect((await committedOffsets(groupId, topic)).get(0) ?? 0n).toBe(0n);
    expect(pipeline(service, topic, 0)?.status.oldest?.offset).toBe('0');

    letGo();
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'all to be committed' });
    expect(handled).toHaveLength(1 + 60 + 3_000 + 7_000);
  }, 60_000);

  test('a member stays in the group while its partition is paused for longer than the session timeout', async () => {
    const topic = await createTopic(uniqueName('paused'));
    const { HangingController, handled, letGo } = hangingOn('stuck', topic);
    const groupId = uniqueName('paused');
    await produce(topic, [{ key: 'stuck', value: 'first' }, ...records(0, 4_000, 'k')]);
    service = await startService(
      { controllers: [HangingController] },
      {
        ...BUDGET,
        KAFKA_GROUP_ID: groupId,
        KAFKA_SESSION_TIMEOUT_MS: '6000',
        KAFKA_HEARTBEAT_INTERVAL_MS: '500',
      },
    );
    await service.joined();
    const { memberId, generation } = statusOf(service);
    await waitFor(() => pipeline(service, topic, 0)?.paused, { what: 'the partition to be paused' });
    const pausedAt = Date.now();
    await waitFor(() => Date.now() - pausedAt > 8_000, { what: 'the session timeout to pass' });
    expect(statusOf(service)).toMatchObject({ memberId, generation, phase: 'running' });

    letGo();
    await waitFor(() => isCaughtUp(groupId, topic), { what: 'all to be committed' });
    expect(handled).toHaveLength(4_001);
  }, 60_000);
});

function pipeline(running: RunningService | undefined, topic: string, partition: number) {
  return running?.runtime.groups[0]?.pipeline.partition({ topic, partition });
}

function statusOf(running: RunningService) {
  const [group] = running.runtime.groups;
  if (!group) throw new Error('the service has no group');
  return group.status;
}
