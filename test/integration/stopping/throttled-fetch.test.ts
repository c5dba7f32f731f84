import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { limitFetching } from '../../support/client-quota.js';
import { brokers, createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { describeGroup } from './group.js';

jest.setTimeout(60_000);
afterEach(stopServices);

test('a member whose fetch is throttled by a quota leaves its group at once when it stops', async () => {
  const topic = await createTopic(uniqueName('throttled'));
  const clientId = uniqueName('throttled');
  await limitFetching(brokers(), clientId, 20_000);
  const value = 'x'.repeat(100_000);
  for (let i = 0; i < 10; i++) await produce(topic, [value, value]);
  let handled = 0;
  const env = { KAFKA_CLIENT_ID: clientId };
  const service = await startHandlers([{ topic, handle: () => handled++ }], { env });
  await waitFor(() => handled > 0, { what: 'the first records' });
  const isHeldBack = async (): Promise<boolean> => {
    const before = handled;
    await sleep(1_000);
    return handled === before;
  };
  await waitFor(isHeldBack, { what: 'the quota to hold a fetch back' });
  expect(handled).toBeLessThan(20);
  const at = Date.now();
  expect(await service.stop()).toBe(true);
  expect(await describeGroup(service.groupId)).toEqual({ state: 'Empty', members: 0 });
  expect(Date.now() - at).toBeLessThan(4_000);
});
