import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ConnectionSource } from '../connection.js';
import { openPostgres } from '../postgres.js';

const message = (type: string, body: Buffer | string = ''): Buffer => {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
};
const ready = (state: string): Buffer => message('Z', state);
/** One column, `found`, that holds a text. */
const columns = Buffer.concat([
  Buffer.from([0, 1]),
  Buffer.from('found\0'),
  Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]),
]);
const row = Buffer.concat([
  message('T', columns),
  message('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 0, 1]), Buffer.from('x')])),
  message('C', 'SELECT 1\0'),
]);

/**
 * Implements enough of PostgreSQL's protocol to begin transactions, to answer `SELECT`, and to reject every statement
 * with parameters, such as the insertion of a receipt.
 */
export class RefusingServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Number of rejected statements. */
  refused = 0;

  private constructor(private readonly sqlState: string) {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param sqlState the SQLSTATE of rejected statements */
  static async start(sqlState: string): Promise<RefusingServer> {
    const server = new RefusingServer(sqlState);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** A connection pool for it. */
  open(): Promise<ConnectionSource> {
    const { port } = this.#server.address() as AddressInfo;
    return openPostgres({
      url: `postgres://u:p@127.0.0.1:${port}/d`,
      applicationName: 'a',
      poolSize: 2,
      connectTimeoutMs: 1_000,
      statementTimeoutMs: 1_000,
      idleInTransactionTimeoutMs: 1_000,
      embeddedAllowed: false,
      embeddedDir: undefined,
    });
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let [buffer, started] = [Buffer.alloc(0), false];
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      if (!started && buffer.length >= 4) {
        buffer = buffer.subarray(buffer.readInt32BE(0));
        started = true;
        socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready('I')]));
      }
      if (started) buffer = this.#answerAll(socket, buffer);
    });
  }

  /** @returns the rest: an incomplete message */
  #answerAll(socket: Socket, received: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    let buffer = received;
    while (buffer.length >= 5 && buffer.length > buffer.readInt32BE(1)) {
      const length = buffer.readInt32BE(1) + 1;
      const [type, text] = [String.fromCharCode(buffer[0] ?? 0), buffer.subarray(5, length - 1).toString()];
      buffer = buffer.subarray(length);
      const answer = this.#answerTo(type, text);
      if (answer) socket.write(answer);
    }
    return buffer;
  }

  #answerTo(type: string, text: string): Buffer | undefined {
    if (type === 'S') {
      this.refused++;
      return Buffer.concat([message('E', `SERROR\0C${this.sqlState}\0Mas told\0\0`), ready('E')]);
    }
    if (type !== 'Q') return undefined;
    if (text.startsWith('SELECT')) return Buffer.concat([row, ready('I')]);
    if (text.startsWith('BEGIN')) return Buffer.concat([message('C', 'BEGIN\0'), ready('T')]);
    return Buffer.concat([message('C', `${text}\0`), ready('I')]);
  }
}
