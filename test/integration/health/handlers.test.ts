import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { Gate } from '../confirming/gate.js';
import { committed, type Handle, startHandlers, stopServices } from '../confirming/handler-service.js';
import { probeFromOutside } from './outside-probe.js';
import { downProbes, probe } from './probe.js';

jest.setTimeout(30_000);
afterEach(stopServices);

describe('liveness', () => {
  test('liveness does not answer while the event loop is blocked, and is up afterwards', async () => {
    const topic = await createTopic(uniqueName('blocked'));
    let unblockAt = Infinity;
    const handle: Handle = () => {
      unblockAt = Date.now() + 2_500;
      while (Date.now() < unblockAt);
    };
    const { url, groupId, joined } = await startHandlers([{ topic, handle }]);
    await joined();
    const outside = probeFromOutside(`${url}/health/live`, 500);
    await waitFor(() => outside.answers.includes('200'), { what: 'a first answer' });

    await produce(topic, ['block']);
    await waitFor(() => outside.answers.includes('TimeoutError'), { what: 'a probe without an answer' });
    await waitFor(() => outside.answers.at(-1) === '200', { what: 'an answer again' });
    outside.stop();
    expect(new Set(outside.answers)).toEqual(new Set(['200', 'TimeoutError']));
    await waitFor(async () => (await committed(groupId, topic)) === 1n, { what: 'the commit' });
  });

  test('liveness goes down for a handler that exceeds its timeout and ignores its signal, until it returns', async () => {
    const topic = await createTopic(uniqueName('unresponsive'));
    const gate = new Gate();
    const told: string[] = [];
    const handle: Handle = async (_payload, { signal }) => {
      signal.addEventListener('abort', () => told.push(String(signal.reason)));
      if (told.length === 0) await gate.opened;
    };
    await produce(topic, ['x']);
    const { url, groupId } = await startHandlers([{ topic, options: { timeoutMs: 200 }, handle }]);

    await waitFor(() => told.length === 1, { what: 'the handler to be told' });
    expect(told[0]).toContain('HandlerTimeoutError');
    expect((await probe(url, 'live')).up).toBe(true);
    await waitFor(async () => !(await probe(url, 'live')).up, { what: 'liveness to go down' });
    expect((await probe(url, 'live')).reason).toContain(`${topic}[0] at offset 0`);

    gate.open();
    await waitFor(async () => (await probe(url, 'live')).up, { what: 'liveness to come back' });
    await waitFor(async () => (await committed(groupId, topic)) === 1n, {
      what: 'the commit of the second try',
    });
  });

  test('liveness stays up for a handler that exceeds its timeout and stops when it is aborted', async () => {
    const topic = await createTopic(uniqueName('obedient'));
    let calls = 0;
    const handle: Handle = (_payload, { signal }) => {
      calls++;
      return new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    await produce(topic, ['x']);
    const { url } = await startHandlers([{ topic, options: { timeoutMs: 100 }, handle }]);
    await waitFor(() => calls === 5, { what: 'five timeouts' });
    expect((await probe(url, 'live')).up).toBe(true);
  });

  test('liveness goes down if the consumer has ended and is not restarted', async () => {
    const topic = await createTopic(uniqueName('ended'));
    const { url, runtime, groupId, joined } = await startHandlers([{ topic, handle: () => undefined }]);
    await joined();
    // Only a bug could end the loop that restarts consumers.
    Object.assign(runtime.group(groupId)?.status ?? {}, { ended: true });
    expect(await downProbes(url)).toEqual({ live: expect.stringContaining('not restarted') });
  });
});

describe('lag', () => {
  test('lag and a slow handler take no probe down', async () => {
    const topic = await createTopic(uniqueName('lag'));
    const gate = new Gate();
    let begun = 0;
    const handle: Handle = async () => {
      begun++;
      await gate.opened;
    };
    await produce(
      topic,
      Array.from({ length: 5_000 }, (_, n) => `${n}`),
    );
    const env = { KAFKA_MAX_IN_FLIGHT: '100' };
    const { url, groupId } = await startHandlers([{ topic, options: { order: 'none' }, handle }], { env });
    await waitFor(() => begun > 0, { what: 'the first handler' });
    expect(await downProbes(url)).toEqual({});
    const details: unknown = await (await fetch(`${url}/health`)).json();
    expect(details).toMatchObject({
      status: 'ok',
      details: {
        consumers: {
          groups: [
            {
              groupId,
              memberId: expect.any(String),
              assignment: [
                {
                  topic,
                  partition: 0,
                  committableOffset: '0',
                  reachableOffset: '5000',
                  lag: 5_000,
                  paused: true,
                },
              ],
              oldestInFlight: { topic, partition: 0, offset: '0' },
            },
          ],
        },
      },
    });
    gate.open();
  });
});

describe('a record that its handler has handled and not committed', () => {
  test('a record that is handled but not committed takes readiness down once it is too old, with the reason', async () => {
    const topic = await createTopic(uniqueName('forgotten'));
    await produce(topic, ['x']);
    const env = { KAFKA_STUCK_AFTER_MS: '500' };
    const spec = { topic, options: { commit: 'manual' }, handle: () => undefined } as const;
    const { url } = await startHandlers([spec], { env });
    const isStuck = async (): Promise<boolean> => (await probe(url, 'ready')).reason.includes('stuck');
    await waitFor(isStuck, { what: 'readiness to go down' });
    const stuck = expect.stringContaining('handled, but its handler has not committed it');
    expect(await downProbes(url)).toEqual({ ready: stuck });
  });
});

describe('a topic that does not exist', () => {
  test('a missing topic keeps startup and readiness down, by name, until it is created', async () => {
    const topic = uniqueName('missing');
    const { url } = await startHandlers([{ topic, handle: () => undefined }]);
    const isNamed = async (): Promise<boolean> => (await probe(url, 'startup')).reason.includes(topic);
    await waitFor(isNamed, { what: 'the reason' });
    const missing = expect.stringContaining(`none of its topics exists: ${topic}`);
    expect(await downProbes(url)).toEqual({ startup: missing, ready: missing });

    await createTopic(topic);
    await waitFor(async () => (await probe(url, 'startup')).up, { what: 'the join' });
    expect(await downProbes(url)).toEqual({});
  });
});
