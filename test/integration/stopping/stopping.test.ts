import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  brokers,
  committedOffsets,
  createTopic,
  isCaughtUp,
  produce,
  uniqueName,
  waitFor,
} from '../../support/kafka.js';
import { Ledger } from '../../support/worker.js';
import { describeGroup } from './group.js';
import { endProcesses } from '../../support/main-process.js';
import { type ProcessOptions, ServiceProcess } from './service-process.js';

jest.setTimeout(40_000);
afterEach(endProcesses);

interface Scene extends ProcessOptions {
  readonly ledger: Ledger;
  /** Resolves once handlers have started, or ended, this often. */
  until(event: 'start' | 'done', count: number): Promise<void>;
}

/** A topic of one partition with these records, and a ledger of its own. */
async function scene(values: readonly string[]): Promise<Scene> {
  const topic = await createTopic(uniqueName('stopping'));
  await produce(topic, values);
  const ledger = new Ledger();
  return {
    topic,
    groupId: uniqueName('group'),
    ledger,
    until: async (event, count) => {
      const what = `${count} times ${event}, have ${ledger.entries().length} entries`;
      await waitFor(() => ledger.entries(event).length >= count, { what, everyMs: 10, timeoutMs: 30_000 });
    },
  };
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}`);

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('a stop signal lets handlers finish, commits what they handled, leaves the group and exits with 0', async () => {
    const { until, ...options } = await scene(numbers(400));
    const { topic, groupId, ledger } = options;
    const first = new ServiceProcess({ ...options, delayMs: 20 });
    await until('done', 10);
    first.signal(signal);
    expect(await first.ended()).toBe(0);

    expect(await describeGroup(groupId)).toEqual({ state: 'Empty', members: 0 });
    const handled = ledger.entries('done').length;
    expect(handled).toBeLessThan(400);
    expect(ledger.entries('start')).toHaveLength(handled);
    expect(await committedOffsets(groupId, topic)).toEqual(new Map([[0, BigInt(handled)]]));

    const second = new ServiceProcess({ ...options, env: { KAFKA_AUTO_COMMIT_INTERVAL_MS: '100' } });
    await waitFor(() => isCaughtUp(groupId, topic), { what: `the rest: ${second.output}` });
    const repeated = ledger.entries('start').map(({ value }) => value);
    expect(repeated).toEqual(numbers(400));
    second.signal(signal);
    expect(await second.ended()).toBe(0);
  });

  test('a second stop signal ends the process at once', async () => {
    const { until, ...options } = await scene(['never']);
    const service = new ServiceProcess(options);
    await until('start', 1);
    service.signal(signal);
    await waitFor(() => service.output.includes('draining'), { what: 'the drain to begin', everyMs: 5 });
    service.signal(signal);
    const secondAt = Date.now();
    expect(await service.ended()).toBe(1);
    expect(Date.now() - secondAt).toBeLessThan(1_000);
  });
});

describe('a handler that never returns', () => {
  test('a handler that never returns is aborted at the deadline, causes exit code 1, and its record is delivered again', async () => {
    const { until, ...options } = await scene(['0', 'never', '2']);
    const { topic, groupId, ledger } = options;
    const first = new ServiceProcess({ ...options, env: { SHUTDOWN_TIMEOUT_MS: '1000' } });
    await until('start', 2);
    first.signal('SIGTERM');
    const signalledAt = Date.now();
    expect(await first.ended()).toBe(1);
    expect(Date.now() - signalledAt).toBeLessThan(8_000);

    const aborted = ledger.entries().filter(({ event }) => String(event) === 'aborted');
    expect(aborted.map(({ value }) => value)).toEqual(['never']);
    expect(aborted[0]?.at).toBeGreaterThanOrEqual(signalledAt + 900);
    expect(await committedOffsets(groupId, topic)).toEqual(new Map([[0, 1n]]));
    expect(await describeGroup(groupId)).toEqual({ state: 'Empty', members: 0 });

    const second = new ServiceProcess(options);
    await until('start', 3);
    expect(ledger.entries('start').map(({ value }) => value)).toEqual(['0', 'never', 'never']);
    second.signal('SIGKILL');
  });
});

describe('while the service drains', () => {
  test('while the service drains, readiness is down with the reason, and liveness and startup stay up', async () => {
    const { until, ...options } = await scene(['slow']);
    const service = new ServiceProcess({ ...options, delayMs: 3_000 });
    await until('start', 1);
    await waitFor(async () => (await service.probe('ready')).status === 200, { what: 'readiness' });

    service.signal('SIGTERM');
    const down = await waitFor(
      async () => {
        const answer = await service.probe('ready');
        return answer.status === 503 && answer;
      },
      { what: 'readiness to go down', everyMs: 10 },
    );
    expect(down.body).toContain('draining');
    expect((await service.probe('live')).status).toBe(200);
    expect((await service.probe('startup')).status).toBe(200);
    expect(options.ledger.entries('done')).toEqual([]);
    expect(await service.ended()).toBe(0);
    expect(await committedOffsets(options.groupId, options.topic)).toEqual(new Map([[0, 1n]]));
  });
});

describe('without anything to wait for', () => {
  test('the service stops within two seconds if there is nothing to wait for, even if no broker ever answered', async () => {
    const options = await scene([]);
    const env = { KAFKA_BROKERS: '127.0.0.1:1' };
    const [joined, alone] = [new ServiceProcess(options), new ServiceProcess({ ...options, env })];
    await waitFor(async () => (await joined.probe('ready')).status === 200, { what: 'readiness' });
    await alone.url();
    const at = Date.now();
    joined.signal('SIGTERM');
    alone.signal('SIGTERM');
    expect(await Promise.all([joined.ended(), alone.ended()])).toEqual([0, 0]);
    expect(Date.now() - at).toBeLessThan(2_000);
  });
});

test('SIGTERM before startup has finished ends the process with 0, which process 1 of a container would otherwise ignore', () => {
  const [hook, main] = ['signal-while-importing.mjs', '../../../dist/src/main.js'].map((file) =>
    join(import.meta.dirname, file),
  );
  const { status, signal, stderr } = spawnSync(process.execPath, ['--import', hook ?? '', main ?? ''], {
    env: { ...process.env, NODE_OPTIONS: '', KAFKA_BROKERS: brokers(), PORT: '0' },
    timeout: 30_000,
    encoding: 'utf8',
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
});
