import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A listening address of 127.0.0.1. */
export class Listener {
  readonly #sockets = new Set<Socket>();
  /** How many connections it has accepted. */
  connections = 0;

  protected constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Starts a listener that accepts connections and never responds, like a frozen broker. */
  static async silent(): Promise<Listener> {
    return new Listener(await listening());
  }

  get address(): string {
    return addressOf(this.server);
  }

  /** Resolves once another connection was accepted. */
  async nextConnection(): Promise<void> {
    await once(this.server, 'connection');
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.server.listening) await once(this.server, 'close');
  }
}

/** @returns a server that listens on a free port of 127.0.0.1 */
export async function listening(): Promise<Server> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** @returns the address of a listening server as `host:port` */
export function addressOf(server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}
