import { afterAll, afterEach, expect, test } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { KafkaHandler } from '../../../src/transport/index.js';
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

let service: RunningService | undefined;
afterEach(() => service?.stop());
afterAll(closeClients);

test('handlers of two groups in one process read the same topic, each with its own options and offsets', async () => {
  const topic = await createTopic(uniqueName('groups'), { partitions: 2 });
  const [first, second] = [uniqueName('first'), uniqueName('second')];
  const one: unknown[] = [];
  const batches: unknown[][] = [];
  let failing = true;

  @Controller()
  class TwoGroupsController {
    @KafkaHandler(topic)
    onRecord(@Payload() value: unknown): void {
      if (failing) throw new Error('not yet');
      one.push(value);
    }

    @KafkaHandler(topic, { groupId: second, read: 'batch' })
    onBatch(@Payload() values: unknown[]): void {
      batches.push(values);
    }
  }
  const numbers = Array.from({ length: 100 }, (_, number) => String(number));
  await produce(topic, numbers);
  service = await startService({ controllers: [TwoGroupsController] }, { KAFKA_GROUP_ID: first });
  await service.joined();

  await waitFor(() => isCaughtUp(second, topic), { what: 'the second group, beside the failing first' });
  expect(batches.flat().toSorted()).toEqual(numbers.toSorted());
  const committed = await committedOffsets(first, topic);
  expect([...committed.values()].every((offset) => offset === 0n)).toBe(true);

  failing = false;
  await waitFor(() => isCaughtUp(first, topic), { what: 'the first group' });
  expect(one.toSorted()).toEqual(numbers.toSorted());
  const health = await fetch(`${service.url}/health`);
  const body = JSON.stringify(await health.json());
  expect(body).toContain(first);
  expect(body).toContain(second);
}, 60_000);
