import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { PermanentError } from '../../../src/transport/index.js';
import { brokers, createTopic, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { readTopic } from '../../support/read-topic.js';
import { committed, startHandlers, stopServices } from '../confirming/handler-service.js';
import { CliProcess } from '../dlq/cli-process.js';

jest.setTimeout(60_000);

/** Accepts connections and answers nothing. */
let silent: Server;
beforeAll(async () => {
  silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(stopServices);
afterAll(() => void silent.close());

/** Only the last address works. */
function mostlyDead(): string {
  const { port } = silent.address() as AddressInfo;
  return `127.0.0.1:1,no-such-host.invalid:9092,127.0.0.1:${port},${brokers()}`;
}

test('one reachable address in KAFKA_BROKERS is enough to join, to store failed records, to park, and to list dead letters', async () => {
  const [dead, parked] = [await createTopic(uniqueName('dead')), await createTopic(uniqueName('parked'))];
  const env = { KAFKA_BROKERS: mostlyDead(), KAFKA_CONNECTION_TIMEOUT_MS: '1000' };
  const handle = (): never => {
    throw new PermanentError('not good');
  };
  const park = { onFailure: 'park', retry: { attempts: 1 } } as const;
  const fail = (): never => {
    throw new Error('not now');
  };
  const service = await startHandlers(
    [
      { topic: dead, handle },
      { topic: parked, handle: fail, options: park },
    ],
    { env },
  );
  await service.joined();
  await produce(dead, [{ key: 'a', value: '1' }]);
  await produce(parked, [{ key: 'b', value: '2' }]);
  const isSettled = async (): Promise<boolean> =>
    (await committed(service.groupId, dead)) === 1n && (await committed(service.groupId, parked)) === 1n;
  await waitFor(isSettled, { what: 'the commits' });
  expect((await readTopic(`${dead}.dlt`)).map(({ value }) => String(value))).toEqual(['1']);

  const list = await new CliProcess(dead, ['list', dead, '--json'], env).ended();
  expect(list).toMatchObject({ code: 0 });
  expect(JSON.parse(list.stdout)).toMatchObject({ deadLetters: 1 });
});
