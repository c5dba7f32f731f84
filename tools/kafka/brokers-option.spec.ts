import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { chooseBrokers, freeLocalPort, LOCAL_BROKER } from './brokers-option.js';

test.each([
  ['--brokers', 'a:1', { KAFKA_BROKERS: 'b:2' }, 'a:1'],
  ['KAFKA_BROKERS', undefined, { KAFKA_BROKERS: ' b:2,c:3 ' }, 'b:2,c:3'],
  ['the local Kafka', undefined, {}, LOCAL_BROKER],
  ['the local Kafka', ' ', { KAFKA_BROKERS: '' }, LOCAL_BROKER],
])('a tool uses the brokers of %s', (_source, option, env, expected) => {
  expect(chooseBrokers(option, env)).toBe(expected);
});

test('the local Kafka does not use its usual port while another program does', async () => {
  const server = createServer().listen(9092, '127.0.0.1');
  // The port may be in use already, which serves as well.
  await Promise.race([once(server, 'listening'), once(server, 'error').then(() => undefined)]).catch(
    () => undefined,
  );
  expect(await freeLocalPort(1)).toBeUndefined();
  server.close();
});
