import { afterEach, expect, jest, test } from '@jest/globals';
import { createTopic, deleteTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';

jest.setTimeout(60_000);
afterEach(stopServices);

test('if one of two topics is deleted, the other continues within seconds and no handled record is repeated', async () => {
  const [kept, deleted] = [await createTopic(uniqueName('kept')), await createTopic(uniqueName('deleted'))];
  const handled: unknown[] = [];
  const handle = (payload: unknown): void => void handled.push(payload);
  const service = await startHandlers([
    { topic: kept, handle },
    { topic: deleted, handle },
  ]);
  await service.joined();
  await produce(kept, ['before']);
  await waitFor(() => handled.length === 1, { what: 'the first record' });
  await deleteTopic(deleted);
  const status = service.runtime.groups[0]?.status;
  await waitFor(() => status?.missingTopics.includes(deleted) === true, {
    what: 'the deletion to be noticed',
    timeoutMs: 6_000,
  });
  await produce(kept, ['after']);
  await waitFor(() => handled.includes('after'), { what: 'the next record', timeoutMs: 6_000 });
  expect(handled).toEqual(['before', 'after']);
});
