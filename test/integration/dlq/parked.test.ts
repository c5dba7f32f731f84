import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createTopic, isCaughtUp, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { startHandlers, stopServices } from '../confirming/handler-service.js';
import { dlq, dlqJson, endProcesses } from './cli-process.js';

jest.setTimeout(180_000);
beforeAll(() => Logger.overrideLogger(false));
afterEach(async () => {
  await endProcesses();
  await stopServices();
});

/** A service that parks values that begin with `bad` until it is fixed. */
async function startParking(topic: string) {
  const handled: string[] = [];
  const state = { isFixed: false };
  const service = await startHandlers([
    {
      topic,
      options: { onFailure: 'park', retry: { attempts: 1 } },
      handle: (payload) => {
        if (String(payload).startsWith('bad') && !state.isFixed) throw new TypeError('no such account');
        handled.push(String(payload));
      },
    },
  ]);
  const env = { KAFKA_GROUP_ID: service.groupId };
  const caughtUp = () => waitFor(() => isCaughtUp(service.groupId, topic), { what: 'the end of the topic' });
  const [pipeline] = await waitFor(
    () => {
      const pipelines = [...(service.runtime.groups[0]?.pipeline.partitions ?? [])];
      return pipelines.length > 0 && pipelines;
    },
    { what: 'the partition' },
  );
  return { ...service, env, handled, state, caughtUp, parked: () => pipeline?.status.parked };
}

describe('dlq parked', () => {
  it('dlq parked lists the parked keys, shows their records, and releases one of them in order', async () => {
    const topic = await createTopic(uniqueName('accounts'));
    const service = await startParking(topic);
    const { env, groupId, handled } = service;
    await produce(topic, [
      { key: 'a', value: 'bad 1' },
      { key: 'b', value: 'good 1' },
      { key: 'a', value: 'good 2' },
      { key: Buffer.from([255]), value: 'bad 2' },
      { key: null, value: 'bad 3' },
      { key: null, value: 'good 3' },
    ]);
    await service.caughtUp();
    expect(handled).toEqual(['good 1', 'good 3']);

    const stored = { topic: `${topic}.${groupId}.parked`, partition: 0 };
    const why = { reason: 'TypeError', message: 'no such account', releasing: false };
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    const list = ['parked', 'list', '--topic', topic];
    expect(await dlqJson(topic, list, env)).toEqual([
      { ...stored, ...why, since, key: 'a', records: 2, oldestOffset: '0' },
      { ...stored, ...why, since, key: 'base64:/w==', records: 1, oldestOffset: '3' },
      { ...stored, ...why, since, key: null, records: 1, oldestOffset: '4' },
    ]);
    const { stdout } = await dlq(topic, list, env);
    expect(stdout).toContain('TypeError: no such account');
    expect(stdout).not.toContain('bad 1');
    expect(await dlqJson(topic, ['parked', 'list'], env)).toEqual(
      expect.arrayContaining([expect.objectContaining({ topic: stored.topic, key: 'a' })]),
    );

    const show = ['parked', 'show', 'a', '--topic', topic];
    expect(await dlqJson(topic, show, env)).toMatchObject([
      { ...stored, key: 'a', originalTopic: topic, originalOffset: '0', group: groupId, reason: 'TypeError' },
      { ...stored, key: 'a', originalTopic: topic, originalOffset: '2' },
    ]);
    expect((await dlq(topic, show, env)).stdout).not.toContain('bad 1');
    const { stdout: withValues } = await dlq(topic, [...show, '--payload'], env);
    expect(withValues).toMatch(/value +bad 1\n[^]*value +good 2\n/);

    service.state.isFixed = true;
    const release = (...args: string[]) => dlq(topic, ['parked', 'release', ...args], env);
    expect(await release('a', '--topic', topic)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Requested the release of 2 records.'),
      stderr: '',
    });
    await waitFor(() => service.parked() === 2, { what: 'the release of a' });
    expect(handled.slice(2)).toEqual(['bad 1', 'good 2']);
    await release('base64:/w==', '--topic', stored.topic);
    await release('--keyless', '--topic', topic);
    await waitFor(() => service.parked() === 0, { what: 'the release of the others' });
    expect(handled.slice(4)).toEqual(['bad 2', 'bad 3']);
    expect(await dlqJson(topic, list, env)).toEqual([]);
  });

  it('a released record that fails again stays parked with the rest of its key, and is listed as parked', async () => {
    const topic = await createTopic(uniqueName('accounts'));
    const service = await startParking(topic);
    await produce(topic, [
      { key: 'a', value: 'bad 1' },
      { key: 'a', value: 'good 1' },
    ]);
    await service.caughtUp();
    const list = ['parked', 'list', '--topic', topic];
    await dlqJson(topic, ['parked', 'release', 'a', '--topic', topic], service.env);
    const listed = { key: 'a', records: 2, oldestOffset: '0', releasing: false };
    await waitFor(
      async () => {
        const keys = await dlqJson(topic, list, service.env);
        return Array.isArray(keys) && keys.every((each: { releasing?: unknown }) => each.releasing === false);
      },
      { what: 'the release to have ended', timeoutMs: 60_000 },
    );
    expect(await dlqJson(topic, list, service.env)).toMatchObject([listed]);
    expect(service.handled).toEqual([]);
  });

  it('dlq parked reports that nothing is parked, and that a key is not parked', async () => {
    const topic = await createTopic(uniqueName('accounts'));
    expect(await dlq(topic, ['parked', 'list', '--topic', topic])).toEqual({
      code: 0,
      stdout: 'Nothing is parked.\n',
      stderr: '',
    });
    expect(await dlq(topic, ['parked', 'release', 'a', '--topic', topic])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: no records of key a are parked\n',
    });
  });

  it.each([
    ['no key', ['release']],
    ['no key to show', ['show']],
    ['a key, and the records without one', ['release', 'a', '--keyless']],
    ['one key too many', ['release', 'a', 'b']],
    ['an unknown option', ['list', '--key', 'a']],
    ['an unknown command', ['drop', 'a']],
  ])('a mistyped dlq parked command with %s is reported in one line with exit code 2', async (_, args) => {
    const { code, stdout, stderr } = await dlq('t', ['parked', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
  });
});
