import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { type HandlerService, startHandlers, stopServices } from '../confirming/handler-service.js';
import { describeGroup } from './group.js';

jest.setTimeout(60_000);
afterEach(async () => {
  jest.restoreAllMocks();
  await stopServices();
});

/** A handler that runs until it is told to end. */
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

interface Scene {
  readonly groupId: string;
  /** A member with a partition whose handler is running. */
  readonly slow: HandlerService;
  readonly slowWork: LongWork;
  /** Another member; its handlers return at once unless the test says otherwise. */
  readonly other: HandlerService;
  readonly otherWork: LongWork;
  /** Starts another member, which can join only once all running handlers have finished. */
  join(): Promise<HandlerService>;
}

async function scene({ otherWorks = false } = {}): Promise<Scene> {
  const topic = await createTopic(uniqueName('stop'), { partitions: 2 });
  const groupId = uniqueName('group');
  const deployment = { groupId, env: { KAFKA_HEARTBEAT_INTERVAL_MS: '300' } };
  const [slowWork, otherWork] = [new LongWork(), new LongWork()];
  const start = (handle: () => unknown): Promise<HandlerService> =>
    startHandlers([{ topic, handle }], deployment);
  const slow = await start(() => slowWork.begin());
  const other = await start(() => (otherWorks ? otherWork.begin() : undefined));
  const assignmentOf = ({ runtime }: HandlerService) => runtime.group(groupId)?.status.assignment ?? [];
  const shares = (): boolean => [slow, other].every((each) => assignmentOf(each).length === 1);
  await waitFor(shares, { what: 'a partition each' });
  const busy = otherWorks ? [slow, other] : [slow];
  await produce(
    topic,
    busy.map((each) => ({ value: 'long', partition: assignmentOf(each)[0]?.partition ?? 0 })),
  );
  await waitFor(() => slowWork.isAtWork && otherWork.isAtWork === otherWorks, { what: 'the long work' });
  const join = async (): Promise<HandlerService> => {
    const third = await start(() => undefined);
    const state = async (): Promise<boolean> => (await describeGroup(groupId)).state === 'PreparingRebalance';
    await waitFor(state, { what: 'the rebalance' });
    return third;
  };
  return { groupId, slow, slowWork, other, otherWork, join };
}

async function rebalances({ groupId, other }: Scene): Promise<void> {
  const phase = (): boolean => other.runtime.group(groupId)?.status.phase === 'rebalancing';
  await waitFor(phase, { what: 'the member to hear of the rebalance' });
  await sleep(500);
}

async function expectToGoOnWithoutIt({ groupId, slowWork }: Scene, third: HandlerService): Promise<void> {
  expect(await describeGroup(groupId)).toEqual({ state: 'PreparingRebalance', members: 2 });
  slowWork.end();
  await third.joined();
  expect(await describeGroup(groupId)).toEqual({ state: 'Stable', members: 2 });
}

describe('a member that stops', () => {
  test('a member that stops while it waits for others to join leaves the group at once', async () => {
    const here = await scene();
    const third = await here.join();
    await rebalances(here);
    await here.other.stop();
    await expectToGoOnWithoutIt(here, third);
  });

  test('a member that stops while it drains before a rejoin leaves the group at once', async () => {
    const here = await scene({ otherWorks: true });
    const third = await here.join();
    await rebalances(here);
    const stopped = here.other.stop();
    here.otherWork.end();
    await stopped;
    await expectToGoOnWithoutIt(here, third);
  });

  test('a member that stops while its drain does not finish leaves the group at once', async () => {
    const here = await scene({ otherWorks: true });
    const third = await here.join();
    await rebalances(here);
    await here.other.stop(500);
    await expectToGoOnWithoutIt(here, third);
  });
});

test('a member that stops during its first join abandons the join and leaves the group at once', async () => {
  const here = await scene();
  const joins = jest.spyOn(ConsumerGroup.prototype, 'joinAndSync');
  const third = await here.join();
  const { value: join } = joins.mock.results[0] ?? {};
  await third.stop();
  await expect(join).rejects.toThrow('the join was ended');
  expect(await describeGroup(here.groupId)).toMatchObject({ members: 2 });
  here.slowWork.end();
});
