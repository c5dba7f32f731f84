import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../support/kafka.js';
import { Gate } from '../confirming/gate.js';
import { type Handle, startHandlers, stopServices } from '../confirming/handler-service.js';
import { probe } from '../health/probe.js';
import { OwnKafka, QUICK_SESSION } from './own-kafka.js';
import { Watch } from './watch.js';

jest.setTimeout(60_000);

const SESSION_MS = Number(QUICK_SESSION.KAFKA_SESSION_TIMEOUT_MS);
const BEFORE = Array.from({ length: 20 }, (_, n) => `before-${n}`);
const AFTER = Array.from({ length: 20 }, (_, n) => `after-${n}`);
const HELD = 'running when the broker went down';

interface Outage {
  readonly name: string;
  readonly begin: (kafka: OwnKafka) => Promise<void> | void;
  readonly end: (kafka: OwnKafka) => Promise<void> | void;
}

const OUTAGES: readonly Outage[] = [
  { name: 'is gone', begin: ({ broker }) => broker.kill(), end: ({ broker }) => broker.restart() },
  {
    name: 'takes connections, but answers nothing',
    begin: ({ broker }) => broker.suspend(),
    end: ({ broker }) => broker.resume(),
  },
];

interface Outcome {
  readonly handled: ReadonlySet<unknown>;
  readonly committed: bigint;
  /** The reasons of each probe while it was down. */
  readonly reasons: Readonly<Record<'live' | 'ready' | 'startup', readonly string[]>>;
}

async function goThrough({ begin, end }: Outage): Promise<Outcome> {
  const kafka = await OwnKafka.start();
  try {
    const topic = await kafka.createTopic('outage');
    const gate = new Gate();
    const handled = new Set<unknown>();
    const handle: Handle = async (payload) => {
      if (payload === HELD) await gate.opened;
      handled.add(payload);
    };
    const env = { KAFKA_BROKERS: kafka.bootstrap, ...QUICK_SESSION };
    const { url, groupId, joined } = await startHandlers([{ topic, handle }], { env });
    const isReady = async (): Promise<boolean> => (await probe(url, 'ready')).up;
    await joined();
    const watches = { live: new Watch(url, 'live'), startup: new Watch(url, 'startup') };
    await kafka.produce(topic, [HELD, ...BEFORE]);
    await waitFor(() => handled.size === BEFORE.length, { what: 'the records before the outage' });

    const begunAt = Date.now();
    await begin(kafka);
    const ready = new Watch(url, 'ready');
    await waitFor(async () => !(await isReady()), { what: 'readiness to go down', everyMs: 10 });
    gate.open();
    // Liveness must stay up for this time.
    await sleep(begunAt + 3 * SESSION_MS + 1_500 - Date.now());
    await end(kafka);

    await waitFor(isReady, { what: 'readiness to come back', timeoutMs: 30_000 });
    await kafka.produce(topic, AFTER);
    const total = BigInt(BEFORE.length + AFTER.length + 1);
    await waitFor(async () => (await kafka.committed(groupId, topic)) === total, {
      what: 'the commit of all',
    });
    await Promise.all([ready, watches.live, watches.startup].map((watch) => watch.stop()));
    const reasons = { live: watches.live.reasons, startup: watches.startup.reasons, ready: ready.reasons };
    return { handled, committed: await kafka.committed(groupId, topic), reasons };
  } finally {
    cleanups.push(() => kafka.stop());
  }
}

const cleanups: (() => Promise<void>)[] = [];
const outcomes = new Map<string, Outcome>();
beforeAll(async () => {
  await Promise.all(OUTAGES.map(async (outage) => outcomes.set(outage.name, await goThrough(outage))));
}, 240_000);
afterAll(async () => {
  await stopServices();
  await Promise.all(cleanups.map((stop) => stop()));
});

describe.each(OUTAGES)('while the broker $name for more than three session timeouts', ({ name }) => {
  const outcome = (): Outcome => {
    const found = outcomes.get(name);
    if (!found) throw new Error('the outage was not gone through');
    return found;
  };

  test('during an outage readiness goes down after one session timeout, with the reason', () => {
    const { ready } = outcome().reasons;
    const silences = ready.map((reason) => Number(/no broker has answered for (\d+) ms/.exec(reason)?.[1]));
    for (const silenceMs of silences) expect(silenceMs).toBeGreaterThan(SESSION_MS);
    expect(silences[0]).toBeLessThan(SESSION_MS + 1_000);
  });

  test('during and after an outage liveness and startup stay up', () => {
    expect(outcome().reasons).toMatchObject({ live: [], startup: [] });
  });

  test('after an outage nothing is lost, and the service continues by itself', () => {
    const { handled, committed } = outcome();
    expect([...handled].toSorted()).toEqual([...BEFORE, ...AFTER, HELD].toSorted());
    expect(committed).toBe(BigInt(handled.size));
  });
});
