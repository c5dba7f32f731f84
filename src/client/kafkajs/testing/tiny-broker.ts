import type { Server, Socket } from 'node:net';
import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import { ByteReader } from '../../protocol/byte-reader.js';
import { addressOf, Listener, listening } from './listener.js';

const OFFSET_FETCH = 9;
const FIND_COORDINATOR = 10;
const API_VERSIONS = 18;
const METADATA = 3;
const CREATE_TOPICS = 19;
const DELETE_RECORDS = 21;
const DESCRIBE_CONFIGS = 32;
const CREATE_PARTITIONS = 37;
const VERSIONS = {
  [METADATA]: 6,
  [OFFSET_FETCH]: 1,
  [FIND_COORDINATOR]: 0,
  [API_VERSIONS]: 2,
  [CREATE_TOPICS]: 3,
  [DELETE_RECORDS]: 0,
  [DESCRIBE_CONFIGS]: 0,
  [CREATE_PARTITIONS]: 1,
};

const UNKNOWN_TOPIC = 3;
const ALREADY_EXISTS = 36;

/** A broker for admin requests. It has no logs: it answers from the maps that a spec fills. */
export class TinyBroker extends Listener {
  /** The numbers of partitions of its topics. */
  readonly topics = new Map<string, number>();
  /** Kafka's error code, and a message, for topics that may not be created or changed. */
  readonly refused = new Map<string, readonly [code: number, message: string]>();
  /** Settings of topics that differ from the defaults. */
  readonly settings = new Map<string, Readonly<Record<string, string>>>();
  /** The committed offsets of every group, as `topic/partition`. */
  readonly committed = new Map<string, number>();
  /** The DeleteRecords requests that it has answered, as `topic/partition<offset`. */
  readonly deleted: string[][] = [];
  /** Called before it creates a topic, so that a spec can create it first. */
  beforeCreation: (topic: string) => void = () => undefined;
  /** The host that it advertises. */
  advertisedHost = '127.0.0.1';
  /** The names of the requests that it has answered. */
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
      case OFFSET_FETCH:
        return this.#fetchOffsets(request, answer);
      case FIND_COORDINATOR:
        return answer.writeInt16(0).writeInt32(1).writeString(this.advertisedHost).writeInt32(this.port)
          .buffer;
      case DELETE_RECORDS:
        return this.#deleteRecords(request, answer);
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

  #fetchOffsets(request: ByteReader, answer: Encoder): Buffer {
    request.text(request.int16());
    const count = request.int32();
    answer.writeInt32(count);
    for (let i = 0; i < count; i++) {
      const topic = request.text(request.int16());
      const partitions = request.array(request.int32(), () => request.int32());
      answer.writeString(topic).writeInt32(partitions.length);
      for (const partition of partitions) {
        const offset = this.committed.get(`${topic}/${partition}`) ?? -1;
        answer.writeInt32(partition).writeInt64(offset).writeString('').writeInt16(0);
      }
    }
    return answer.buffer;
  }

  #deleteRecords(request: ByteReader, answer: Encoder): Buffer {
    const deleted: string[] = [];
    const count = request.int32();
    answer.writeInt32(0).writeInt32(count);
    for (let i = 0; i < count; i++) {
      const topic = request.text(request.int16());
      const partitions = request.array(request.int32(), () => [request.int32(), request.int64()] as const);
      const [code] = this.refused.get(topic) ?? [0];
      answer.writeString(topic).writeInt32(partitions.length);
      for (const [partition, offset] of partitions) {
        deleted.push(`${topic}/${partition}<${offset}`);
        answer.writeInt32(partition).writeInt64(String(offset)).writeInt16(code);
      }
    }
    this.deleted.push(deleted);
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
      const [code, message] = this.topics.has(topic)
        ? [ALREADY_EXISTS, 'exists']
        : (this.refused.get(topic) ?? [0, '']);
      if (code === 0) this.topics.set(topic, partitions);
      answer.writeString(topic).writeInt16(code).writeString(message);
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
      const [code, message] = this.refused.get(topic) ?? [0, ''];
      if (code === 0) this.topics.set(topic, partitions);
      answer.writeString(topic).writeInt16(code).writeString(message);
    }
    return answer.buffer;
  }
}

function names(request: ByteReader, count: number): string[] {
  return request.array(count, () => request.text(request.int16()));
}
