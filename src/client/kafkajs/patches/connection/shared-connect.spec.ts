import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, type AddressInfo, type Server, Socket } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import kafkajs, { type ISocketFactory, type KafkaJSConnectionError } from 'kafkajs-pinned';
import Connection from 'kafkajs-pinned/src/network/connection.js';
import { plainSockets } from '../../sockets.js';
import { rejectClosedConnect } from './closed-connect.js';
import { shareConnects } from './shared-connect.js';

const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};
const logger = { ...silent, namespace: () => logger };

let server: Server;
let opened: Socket[];
beforeAll(() => {
  rejectClosedConnect();
  shareConnects();
});
beforeEach(async () => {
  opened = [];
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of opened) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function connection(socketFactory: ISocketFactory = plainSockets, connectionTimeout = 10_000): Connection {
  const { port } = server.address() as AddressInfo;
  const counted: ISocketFactory = (request) => {
    const socket = socketFactory(request);
    opened.push(socket);
    return socket;
  };
  return new Connection({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory: counted,
    connectionTimeout,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
  });
}

describe('a connection that several callers need at the same time', () => {
  it('a connection that several callers need at the same time is opened once', async () => {
    const shared = connection();
    expect(await Promise.all([shared.connect(), shared.connect(), shared.connect()])).toEqual([
      true,
      true,
      true,
    ]);
    expect(opened).toHaveLength(1);
    await shared.disconnect();
    await shared.connect();
    expect(opened).toHaveLength(2);
    await shared.disconnect();
  });

  it('a connection that several callers need at the same time fails for all of them with the same error, and is opened by the next caller', async () => {
    const shared = connection();
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const outcomes = await Promise.allSettled([shared.connect(), shared.connect()]);
    expect(outcomes.map((each) => (each.status === 'rejected' ? String(each.reason) : each.value))).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      expect.stringContaining('ECONNREFUSED'),
    ]);
    expect(opened).toHaveLength(1);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await expect(shared.connect()).resolves.toBe(true);
    await shared.disconnect();
  });

  it('a connection that several callers need at the same time fails if it is closed before it is connected', async () => {
    const shared = connection(() => {
      const socket = new Socket();
      setImmediate(() => socket.destroy());
      return socket;
    });
    const failed: unknown = await shared.connect().catch((error: KafkaJSConnectionError) => error);
    expect(failed).toBeInstanceOf(kafkajs.KafkaJSConnectionError);
    expect(failed).toMatchObject({ message: 'Closed before it was connected', retriable: true });
  });

  it('a connection that several callers need at the same time is not closed by the timeout of an earlier attempt', async () => {
    let attempts = 0;
    const shared = connection((request) => {
      if (attempts++ > 0) return plainSockets(request);
      const socket = new Socket();
      setImmediate(() => socket.destroy());
      return socket;
    }, 100);
    await expect(shared.connect()).rejects.toThrow('Closed before it was connected');
    await shared.connect();
    // A timer of the same duration that is started later ends later.
    await sleep(100);
    expect(shared.isConnected()).toBe(true);
    await shared.disconnect();
  });
});
