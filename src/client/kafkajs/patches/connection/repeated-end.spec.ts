import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { plainSockets } from '../../sockets.js';

const IGNORED = { ssl: {}, onConnect: () => undefined } as unknown as Omit<
  Parameters<typeof plainSockets>[0],
  'host' | 'port'
>;

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a connection that was ended', () => {
  it('a connection that was ended is destroyed by one timer if the other side does not end it, however often it is ended', async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = plainSockets({ host: '127.0.0.1', port: portOf(server), ...IGNORED });
    const [[other]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
    jest.useFakeTimers();
    try {
      socket.end().unref();
      const before = socket.listenerCount('close');
      for (let i = 0; i < 20; i++) socket.end().unref();
      expect(socket.listenerCount('close')).toBe(before);
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(5_000);
      expect(socket.destroyed).toBe(true);
    } finally {
      jest.useRealTimers();
      socket.destroy();
      if (other instanceof Socket) other.destroy();
      server.close();
    }
  });
});

describe('a connection to a broker that is down', () => {
  it('a connection to a broker that is down gains no listeners, however often it is ended', async () => {
    const socket = plainSockets({ host: '127.0.0.1', port: await closedPort(), ...IGNORED });
    await once(socket, 'error');
    await once(socket, 'close');
    const before = socket.listenerCount('connect');
    for (let i = 0; i < 20; i++) socket.end().unref();
    expect(socket.listenerCount('connect')).toBe(before);
  });
});
