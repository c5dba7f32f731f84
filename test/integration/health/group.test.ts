import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { OwnKafka, QUICK_SESSION } from '../staying-alive/own-kafka.js';
import { Watch } from '../staying-alive/watch.js';
import { deafMember } from './deaf-member.js';
import { downProbes, probe } from './probe.js';

jest.setTimeout(60_000);

const SESSION_MS = Number(QUICK_SESSION.KAFKA_SESSION_TIMEOUT_MS);
const LONG_MS = 3 * SESSION_MS + 1_000;

let kafka: OwnKafka;
beforeAll(async () => {
  kafka = await OwnKafka.start();
}, 150_000);
afterEach(async () => {
  jest.restoreAllMocks();
  await stopServices();
});
afterAll(() => kafka.stop());

const env = (): Record<string, string> => ({ KAFKA_BROKERS: kafka.bootstrap, ...QUICK_SESSION });

/** All reasons that any of the three probes gave for being down. */
function watchAll(url: string): { end(): Promise<string[]> } {
  const watches = (['live', 'ready', 'startup'] as const).map((name) => new Watch(url, name));
  return {
    end: async () => {
      await Promise.all(watches.map((watch) => watch.stop()));
      return watches.flatMap(({ reasons }) => reasons);
    },
  };
}

describe('no probe goes down', () => {
  test('no probe goes down while idle, or for a member without partitions, however long', async () => {
    const topic = await kafka.createTopic('idle');
    const groupId = uniqueName('group');
    const deployment = { groupId, env: env() };
    const members = [
      await startHandlers([{ topic, handle: () => undefined }], deployment),
      await startHandlers([{ topic, handle: () => undefined }], deployment),
    ];
    await Promise.all(members.map((member) => member.joined()));
    const isSettled = (): boolean => {
      const statuses = members.map(({ runtime }) => runtime.group(groupId)?.status);
      const counts = statuses.map((status) => status?.assignment.length ?? -1).toSorted();
      return counts.join() === '0,1' && new Set(statuses.map((status) => status?.generation)).size === 1;
    };
    await waitFor(isSettled, { what: 'one member to be without a partition' });
    const watches = members.map(({ url }) => watchAll(url));
    await sleep(LONG_MS);
    for (const watch of watches) expect(await watch.end()).toEqual([]);
  });

  test('no probe goes down for a rebalance that takes longer than three session timeouts', async () => {
    const topic = await kafka.createTopic('rebalance', 2);
    const groupId = uniqueName('group');
    const patient = { ...env(), KAFKA_REBALANCE_TIMEOUT_MS: String(LONG_MS) };
    const service = await startHandlers([{ topic, handle: () => undefined }], { groupId, env: patient });
    await service.joined();
    const watch = watchAll(service.url);
    const deaf = await deafMember(kafka.bootstrap, groupId, topic, LONG_MS);
    await deaf.joined;
    const generation = (): number => service.runtime.group(groupId)?.status.generation ?? 0;
    await waitFor(() => generation() === 2, { what: 'the service to share the topic' });

    const begunAt = Date.now();
    const third = await deafMember(kafka.bootstrap, groupId, topic, LONG_MS);
    await waitFor(() => generation() > 2, { what: 'the end of the rebalance', timeoutMs: 2 * LONG_MS });
    expect(Date.now() - begunAt).toBeGreaterThan(3 * SESSION_MS);
    expect(await watch.end()).toEqual([]);
    await Promise.all([deaf.stop(), third.stop()]);
  });
});

describe('liveness', () => {
  test('liveness goes down without progress for three session timeouts although the broker answers', async () => {
    const topic = await kafka.createTopic('hung');
    const handle = (): void => undefined;
    // The search for missing topics uses another connection and does not count as progress.
    const { url, groupId, joined } = await startHandlers(
      [
        { topic, handle },
        { topic: `${topic}-to-be`, handle },
      ],
      { env: env() },
    );
    await joined();
    const { fetch } = ConsumerGroup.prototype;
    jest.spyOn(ConsumerGroup.prototype, 'fetch').mockImplementation(function (this: ConsumerGroup, nodeId) {
      return this.groupId === groupId ? new Promise(() => undefined) : fetch.call(this, nodeId);
    });
    const hungAt = Date.now();
    await waitFor(async () => !(await probe(url, 'live')).up, {
      what: 'liveness to go down',
      timeoutMs: 30_000,
    });
    expect(Date.now() - hungAt).toBeGreaterThan(3 * SESSION_MS - 1_000);
    const { live, startup } = await downProbes(url);
    expect(live).toContain('although a broker answers');
    expect(startup).toBeUndefined();
  });
});
