import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { ByteReader } from '../../protocol/byte-reader.js';

const API_VERSIONS = 18;
const METADATA = 3;
const CREATE_TOPICS = 19;
const DESCRIBE_CONFIGS = 32;
const CREATE_PARTITIONS = 37;
const VERSIONS = {
  [METADATA]: 6,
  [API_VERSIONS]: 2,
  [CREATE_TOPICS]: 3,
  [DESCRIBE_CONFIGS]: 0,
  [CREATE_PARTITIONS]: 1,
};

const UNKNOWN_TOPIC = 3;
const ALREADY_EXISTS = 36;

/** A listening address of 127.0.0.1 for as long as a spec runs. */
export class Listener {
  readonly #sockets = new Set<Socket>();
  /** How many connections were made to it so far. */
  connections = 0;

  protected constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** One that takes connections and says nothing, like a broker that is frozen. */
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

/** As much of a broker as clients that list and create topics talk to: it answers from a map of topics. */
export class TinyBroker extends Listener {
  /** Numbers of partitions. */
  readonly topics = new Map<string, number>();
  /** Kafka's error code, and words, for topics that may not be created. */
  readonly refused = new Map<string, readonly [code: number, said: string]>();
  /** Settings of topics that were not left to the brokers. */
  readonly settings = new Map<string, Readonly<Record<string, string>>>();
  /** Called before it creates a topic: somebody else may create it first. */
  beforeCreation: (topic: string) => void = () => undefined;
  /** The host that it says it is at. */
  advertisedHost = '127.0.0.1';
  /** The names of the requests that it answered. */
  readonly requests: string[] = [];

  private constructor(
    server: Server,
    private readonly port: number,
  ) {
    super(server);
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<TinyBroker> {
    const server = await listening();
    return new TinyBroker(server, Number(addressOf(server).split(':')[1]));
  }

  #serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
        const end = 4 + received.readInt32BE();
        const answer = this.#answer(new ByteReader(received.subarray(4, end)));
        received = received.subarray(end);
        socket.write(new Encoder().writeInt32(answer.length).writeBuffer(answer).buffer);
      }
    });
  }

  #answer(request: ByteReader): Buffer {
    const apiKey = request.int16();
    request.int16();
    const answer = new Encoder().writeInt32(request.int32());
    request.text(request.int16());
    switch (apiKey) {
      case API_VERSIONS:
        return this.#versions(answer);
      case METADATA:
        return this.#metadata(request, answer);
      case CREATE_TOPICS:
        return this.#createTopics(request, answer);
      case DESCRIBE_CONFIGS:
        return this.#describeConfigs(request, answer);
      default:
        return this.#createPartitions(request, answer);
    }
  }

  #versions(answer: Encoder): Buffer {
    const entries = Object.entries(VERSIONS);
    answer.writeInt16(0).writeInt32(entries.length);
    for (const [key, newest] of entries) answer.writeInt16(Number(key)).writeInt16(0).writeInt16(newest);
    return answer.writeInt32(0).buffer;
  }

  #metadata(request: ByteReader, answer: Encoder): Buffer {
    this.requests.push('Metadata');
    const count = request.int32();
    const asked = count < 0 ? [...this.topics.keys()] : names(request, count);
    answer
      .writeInt32(0)
      .writeInt32(1)
      .writeInt32(1)
      .writeString(this.advertisedHost)
      .writeInt32(this.port)
      .writeInt16(-1);
    answer.writeInt16(-1).writeInt32(1).writeInt32(asked.length);
    for (const topic of asked) {
      const partitions = this.topics.get(topic);
      answer.writeInt16(partitions === undefined ? UNKNOWN_TOPIC : 0).writeString(topic);
      answer.writeBuffer(Buffer.of(0)).writeInt32(partitions ?? 0);
      for (let partition = 0; partition < (partitions ?? 0); partition++) {
        answer.writeInt16(0).writeInt32(partition).writeInt32(1).writeInt32(0).writeInt32(0).writeInt32(0);
      }
    }
    return answer.buffer;
  }

  #createTopics(request: ByteReader, answer: Encoder): Buffer {
    this.requests.push('CreateTopics');
    const count = request.int32();
    answer.writeInt32(0).writeInt32(count);
    for (let i = 0; i < count; i++) {
      const topic = request.text(request.int16());
      const partitions = request.int32();
      request.int16();
      request.array(request.int32(), () => undefined);
      request.array(request.int32(), () => [request.text(request.int16()), request.text(request.int16())]);
      this.beforeCreation(topic);
      const [code, said] = this.topics.has(topic)
        ? [ALREADY_EXISTS, 'exists']
        : (this.refused.get(topic) ?? [0, '']);
      if (code === 0) this.topics.set(topic, partitions);
      answer.writeString(topic).writeInt16(code).writeString(said);
    }
    return answer.buffer;
  }

  #describeConfigs(request: ByteReader, answer: Encoder): Buffer {
    this.requests.push('DescribeConfigs');
    const count = request.int32();
    answer.writeInt32(0).writeInt32(count);
    for (let i = 0; i < count; i++) {
      const type = request.int8();
      const topic = request.text(request.int16());
      names(request, request.int32());
      const settings = Object.entries(this.settings.get(topic) ?? {});
      answer.writeInt16(0).writeString('').writeInt8(type).writeString(topic).writeInt32(settings.length);
      for (const [name, value] of settings) {
        answer.writeString(name).writeString(value).writeBuffer(Buffer.alloc(3));
      }
    }
    return answer.buffer;
  }

  #createPartitions(request: ByteReader, answer: Encoder): Buffer {
    this.requests.push('CreatePartitions');
    const count = request.int32();
    answer.writeInt32(0).writeInt32(count);
    for (let i = 0; i < count; i++) {
      const topic = request.text(request.int16());
      const partitions = request.int32();
      request.int32();
      const [code, said] = this.refused.get(topic) ?? [0, ''];
      if (code === 0) this.topics.set(topic, partitions);
      answer.writeString(topic).writeInt16(code).writeString(said);
    }
    return answer.buffer;
  }
}

async function listening(): Promise<Server> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}

function names(request: ByteReader, count: number): string[] {
  return request.array(count, () => request.text(request.int16()));
}
