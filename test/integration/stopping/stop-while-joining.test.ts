import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { type HandlerService, startHandlers, stopServices } from '../confirming/handler-service.js';
import { describeGroup } from './group.js';

jest.setTimeout(60_000);
afterEach(stopServices);

/** A handler that works until it is told to end. */
class LongWork {
  #end: (() => void) | undefined;

  begin(): Promise<void> {
    return new Promise((resolve) => (this.#end = resolve));
  }

  get isAtWork(): boolean {
    return this.#end !== undefined;
  }

  end(): void {
    this.#end?.();
    this.#end = undefined;
  }
}

test('a member that stops while it waits for others to join leaves the group at once', async () => {
  const topic = await createTopic(uniqueName('stop'), { partitions: 2 });
  const groupId = uniqueName('group');
  const deployment = { groupId, env: { KAFKA_HEARTBEAT_INTERVAL_MS: '300' } };
  const isRebalancing = async (): Promise<boolean> =>
    (await describeGroup(groupId)).state === 'PreparingRebalance';
  const statusOf = ({ runtime }: HandlerService) => runtime.group(groupId)?.status;
  const work = new LongWork();
  const quick = { topic, handle: () => undefined };
  const slow = await startHandlers([{ topic, handle: () => work.begin() }], deployment);
  const stopped = await startHandlers([quick], deployment);
  const shares = (): boolean => [slow, stopped].every((each) => statusOf(each)?.assignment.length === 1);
  await waitFor(shares, { what: 'a partition each' });
  await produce(topic, [{ value: 'long', partition: statusOf(slow)?.assignment[0]?.partition ?? 0 }]);
  await waitFor(() => work.isAtWork, { what: 'the long work' });

  const third = await startHandlers([quick], deployment);
  await waitFor(isRebalancing, { what: 'the rebalance' });
  await waitFor(() => statusOf(stopped)?.phase === 'rebalancing', { what: 'the member to join again' });
  await sleep(500);
  await stopped.stop();
  expect(await describeGroup(groupId)).toEqual({ state: 'PreparingRebalance', members: 2 });

  work.end();
  await third.joined();
  expect(await describeGroup(groupId)).toEqual({ state: 'Stable', members: 2 });
});
