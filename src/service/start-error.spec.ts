import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { ConfigError } from '../config/index.js';
import { startErrorText } from './start-error.js';

test('a port in use is reported in one line that names the variable to change', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as AddressInfo;
  const second = createServer().listen(port, '127.0.0.1');
  const [error] = (await once(second, 'error').catch((reason: unknown) => [reason])) as unknown[];
  first.close();
  expect(startErrorText(error)).toBe(
    `Port ${port} is in use by another program. Set PORT to a free port, or to 0 for any.`,
  );
});

test('an invalid configuration is reported by its message', () => {
  const error = new ConfigError([{ variable: 'PORT', got: '"http"', accepts: 'whole number' }]);
  expect(startErrorText(error)).toBe(error.message);
});

test('another error at startup is reported with its stack, safe for a terminal', () => {
  const text = startErrorText(new Error('no \u001b[2J'));
  expect(text).toContain('start-error.spec');
  expect(text).not.toContain('\u001b');
});
