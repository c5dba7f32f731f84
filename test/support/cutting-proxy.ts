import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { brokers } from './kafka.js';

/** API keys of Kafka's requests. */
export const API = { produce: 0, metadata: 3, findCoordinator: 10 } as const;

/** Requests whose responses contain addresses of brokers. */
const WITH_ADDRESSES: ReadonlySet<number> = new Set([API.metadata, API.findCoordinator]);

/**
 * A proxy on loopback between a client and the tests' broker that can drop the responses to one kind of request: the
 * broker has executed the request, but the client gets no response. Responses that name the broker are changed to
 * name the proxy, so that no request bypasses it.
 */
export class CuttingProxy {
  /** The request whose responses are dropped; the client's connection is then closed. */
  cut: number | undefined;
  /** Number of dropped responses. */
  swallowed = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly broker: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (client) => this.#pass(client));
  }

  /** Starts a proxy for the first of the tests' brokers. */
  static async start(): Promise<CuttingProxy> {
    const [host = '', port = ''] = brokers().split(',')[0]?.split(':') ?? [];
    const server = createServer();
    const proxy = new CuttingProxy(server, { host, port: Number(port) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The address for clients. */
  get address(): string {
    return `${this.broker.host}:${this.#port}`;
  }

  get #port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Closes all connections. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #pass(client: Socket): void {
    const broker = connect(this.broker.port, this.broker.host);
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    const asked = new Map<number, number>();
    eachFrame(client, (frame) => {
      // Length, API key, API version, and the correlation id that the response repeats.
      asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
      broker.write(frame);
    });
    eachFrame(broker, (frame) => {
      const number = frame.readInt32BE(4);
      const kind = asked.get(number) ?? -1;
      asked.delete(number);
      if (kind === this.cut) {
        this.swallowed++;
        client.destroy();
      } else client.write(WITH_ADDRESSES.has(kind) ? this.#renamed(frame) : frame);
    });
  }

  #renamed(frame: Buffer): Buffer {
    const [from, to] = [this.#addressOf(this.broker.port), this.#addressOf(this.#port)];
    let at = frame.indexOf(from);
    while (at >= 0) {
      to.copy(frame, at);
      at = frame.indexOf(from, at + 1);
    }
    return frame;
  }

  /** An address as encoded in responses: the host name and four bytes for the port. */
  #addressOf(port: number): Buffer {
    const { host } = this.broker;
    const bytes = Buffer.alloc(host.length + 4, host);
    bytes.writeInt32BE(port, host.length);
    return bytes;
  }
}

/** Calls `take` with each complete message, including its length. */
function eachFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, typeof bytes === 'string' ? Buffer.from(bytes) : bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      take(Buffer.from(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  });
}
