import { afterEach, expect, jest, test } from '@jest/globals';
import getPort from 'get-port';
import { waitFor } from '../../support/kafka.js';
import { endProcesses } from '../../support/main-process.js';
import { Scene, TOKEN } from './ops-process.js';

jest.setTimeout(180_000);
afterEach(endProcesses);

test('the log level changes at run time, and is restored on request or after a time', async () => {
  const scene = await Scene.create();
  const service = scene.start({ OPS_TOKEN: TOKEN, LOG_LEVEL: 'error', PORT: String(await getPort()) });
  const configured = { level: 'error', configured: 'error', until: null };
  expect(await service.ask('GET', 'log-level')).toEqual({ status: 200, body: configured });
  await service.joined(3);
  await scene.send('orders', [{ id: 'o1', fails: true }]);
  expect(service.lines.filter(({ level }) => Number(level) < 50)).toEqual([]);

  const until = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(await service.ask('PUT', 'log-level', { level: 'debug' })).toEqual({
    status: 200,
    body: { level: 'debug', configured: 'error', until },
  });
  await scene.send('orders', [{ id: 'o2', fails: true }]);
  const warned = () => service.lines.some(({ level, context }) => level === 40 && context !== 'Audit');
  await waitFor(warned, { what: 'a warning of the retry' });
  expect(await service.ask('DELETE', 'log-level')).toEqual({ status: 200, body: configured });

  await service.ask('PUT', 'log-level', { level: 'silent', for: '1s' });
  const level = async () => (await service.ask('GET', 'log-level')).body;
  await waitFor(async () => JSON.stringify(await level()) === JSON.stringify(configured), {
    what: 'the level to be the configured one again',
  });
  // A response may arrive before the process's output.
  await waitFor(() => service.audit.length === 4, { what: 'four lines of the audit log' });
  expect(service.audit).toMatchObject([
    { what: 'log-level', parameters: { level: 'debug', forMs: 900_000 }, outcome: 'done' },
    { what: 'log-level-reset', parameters: {}, outcome: 'done' },
    { what: 'log-level', parameters: { level: 'silent', forMs: 1_000 }, outcome: 'done' },
    { what: 'log-level-reset', outcome: 'done', address: null, token: null },
  ]);
});
