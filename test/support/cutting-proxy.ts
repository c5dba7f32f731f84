import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { brokers } from './kafka.js';

/** Numbers of Kafka's requests. */
export const API = { produce: 0, metadata: 3, findCoordinator: 10 } as const;

/** Requests whose answers say where brokers are. */
const WITH_ADDRESSES: ReadonlySet<number> = new Set([API.metadata, API.findCoordinator]);

/**
 * Stands between a client and the tests' broker, on loopback, and can swallow the answers to one kind of request: the
 * broker has done what it was asked, and the client never hears of it. Answers that name the broker are changed to
 * name the proxy, so that no request passes it by.
 */
export class CuttingProxy {
  /** The request whose answers are swallowed; the client's connection is closed then. */
  cut: number | undefined;
  /** How many answers were swallowed. */
  swallowed = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly broker: { readonly host: string; readonly port: number },
  ) {
    server.on('connection', (client) => this.#pass(client));
  }

  /** Starts one before the first of the tests' brokers. */
  static async start(): Promise<CuttingProxy> {
    const [host = '', port = ''] = brokers().split(',')[0]?.split(':') ?? [];
    const server = createServer();
    const proxy = new CuttingProxy(server, { host, port: Number(port) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** What a client is to connect to. */
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
      // The length, the kind of request, its version, and the number that its answer repeats.
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

  /** As answers have it: the host's name, and four bytes. */
  #addressOf(port: number): Buffer {
    const { host } = this.broker;
    const bytes = Buffer.alloc(host.length + 4, host);
    bytes.writeInt32BE(port, host.length);
    return bytes;
  }
}

/** Calls `take` with each whole message, its length included. */
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
