import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { committed, type Handle, startHandlers, stopServices } from '../confirming/handler-service.js';
import { downProbes, probe } from '../health/probe.js';

jest.setTimeout(30_000);
afterEach(stopServices);

describe('a record that keeps failing', () => {
  test('a record that keeps failing takes readiness down once it is too old, by name, until its handler recovers', async () => {
    const topic = await createTopic(uniqueName('stuck'), { partitions: 2 });
    let recovered = false;
    let failures = 0;
    const handle: Handle = (payload) => {
      if (payload !== 'bad' || recovered) return;
      failures++;
      throw new RangeError('no stock left');
    };
    await produce(topic, [
      { value: 'good', partition: 1 },
      { value: 'bad', partition: 1 },
    ]);
    const env = { KAFKA_STUCK_AFTER_MS: '1500' };
    // With five attempts it might become a dead letter too early, since the delays are random.
    const options = { retry: { attempts: Infinity, maxMs: 500 } };
    const { url, groupId } = await startHandlers([{ topic, handle, options }], { env });
    await waitFor(() => failures > 0, { what: 'the first failure', everyMs: 5 });
    const failedAt = Date.now();

    const reason = await waitFor(
      async () => (await probe(url, 'ready')).reason.includes('stuck') && downProbes(url),
      {
        what: 'readiness to go down',
        everyMs: 20,
      },
    );
    expect(Date.now() - failedAt).toBeGreaterThan(1_000);
    expect(Object.keys(reason)).toEqual(['ready']);
    expect(reason.ready).toContain(`${topic}[1] at offset 1`);
    expect(reason.ready).toMatch(/failed \d+ times, last error: RangeError: no stock left/);
    expect(reason.ready).toContain(groupId);

    recovered = true;
    await waitFor(async () => (await probe(url, 'ready')).up, { what: 'readiness to come back' });
    await waitFor(async () => (await committed(groupId, topic, 1)) === 2n, { what: 'the commit' });
  });
});

describe('a key that keeps failing', () => {
  test('a key that keeps failing blocks its own records, in order, and no other key', async () => {
    const topic = await createTopic(uniqueName('key'));
    let recovered = false;
    const handled: unknown[] = [];
    const handle: Handle = (payload) => {
      if (payload === 'a1' && !recovered) throw new Error('not yet');
      handled.push(payload);
    };
    await produce(
      topic,
      ['a1', 'b1', 'a2', 'c1', 'a3', 'b2'].map((value) => ({ key: value.slice(0, 1), value })),
    );
    const options = { order: 'key' } as const;
    const { groupId } = await startHandlers([{ topic, options, handle }]);
    await waitFor(() => handled.length === 3, { what: 'the other keys' });
    expect(handled).toEqual(['b1', 'c1', 'b2']);
    expect(await committed(groupId, topic)).toBe(0n);

    recovered = true;
    await waitFor(async () => (await committed(groupId, topic)) === 6n, { what: 'the commit of all' });
    expect(handled.slice(3)).toEqual(['a1', 'a2', 'a3']);
  });
});
