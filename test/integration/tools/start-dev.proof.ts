import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, jest, test } from '@jest/globals';
import { projectRoot } from '../../../tools/project.js';
import { waitFor } from '../../support/kafka.js';

jest.setTimeout(120_000);

test('SIGTERM to npm run start:dev drains the service and ends it', async () => {
  const { NODE_OPTIONS: _, NODE_ENV: _test, ...env } = process.env;
  const npm = spawn('npm', ['run', 'start:dev'], {
    cwd: projectRoot,
    env: { ...env, KAFKA_BROKERS: '127.0.0.1:1', PORT: '0', LOG_FORMAT: 'json' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  // Every process that inherited the pipes has ended.
  const closed = once(npm, 'close');
  await waitFor(() => output.includes('health is served'), { what: 'the service', timeoutMs: 90_000 });
  npm.kill('SIGTERM');
  await closed;
  expect(output).toMatch(/SIGTERM: draining.*"stopped"/s);
});
