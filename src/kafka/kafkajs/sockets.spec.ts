import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { plainSockets } from './sockets.js';

const IGNORED = { ssl: {}, onConnect: () => undefined } as unknown as Omit<
  Parameters<typeof plainSockets>[0],
  'host' | 'port'
>;

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a connection to a broker that is away', () => {
  it('gains no listeners, however often it is ended', async () => {
    const socket = plainSockets({ host: '127.0.0.1', port: await closedPort(), ...IGNORED });
    await once(socket, 'error');
    await once(socket, 'close');
    const before = socket.listenerCount('connect');
    for (let i = 0; i < 20; i++) socket.end().unref();
    expect(socket.listenerCount('connect')).toBe(before);
  });
});
