import type { Broker } from 'kafkajs-pinned';
import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import { ByteReader } from '../../protocol/byte-reader.js';
import type { ClusterClient } from '../cluster.js';

const METADATA = 3;
/** The first version with topic ids, since Kafka 2.8; kafkajs supports versions up to 6. */
const VERSION = 10;
const ID_BYTES = 16;
const NO_ID = '0'.repeat(2 * ID_BYTES);

/** The parts of kafkajs's brokers that its types leave out. */
interface AskedBroker extends Broker {
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  readonly connectionPool: {
    send<T>(question: {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        encode(): Promise<Encoder>;
      };
      readonly response: { decode(bytes: Buffer): Promise<Buffer>; parse(bytes: Buffer): Promise<T> };
    }): Promise<T>;
  };
}

/**
 * Looks up the id of a topic, which changes when the topic is recreated.
 * @returns the id in hexadecimal digits; undefined if there is no such topic, or the brokers are older than Kafka 2.8
 */
export async function topicIdOf(cluster: ClusterClient, topic: string): Promise<string | undefined> {
  const broker = await cluster.findControllerBroker();
  if (!isAsked(broker) || (broker.versions?.[METADATA]?.maxVersion ?? 0) < VERSION) return undefined;
  return broker.connectionPool.send({
    request: {
      apiKey: METADATA,
      apiVersion: VERSION,
      apiName: 'Metadata',
      encode: async () => new Encoder().writeBuffer(requestFor(topic)),
    },
    response: { decode: async (bytes) => bytes, parse: async (bytes) => idIn(bytes) },
  });
}

function isAsked(broker: object): broker is AskedBroker {
  return 'versions' in broker && 'connectionPool' in broker;
}

/** @returns the end of the request's header, and its body: one topic by name, which is not created */
function requestFor(topic: string): Buffer {
  const name = Buffer.from(topic);
  const noTags = Buffer.from([0]);
  const oneTopic = Buffer.from([2]);
  const flags = Buffer.from([0, 0, 0]);
  return Buffer.concat([
    noTags,
    oneTopic,
    Buffer.alloc(ID_BYTES),
    unsignedVarint(name.length + 1),
    name,
    noTags,
    flags,
    noTags,
  ]);
}

/** @returns the id of the first topic of a response */
function idIn(bytes: Buffer): string | undefined {
  const reader = new ByteReader(bytes);
  const text = (): string => reader.text(reader.unsignedVarint() - 1);
  skipTags(reader);
  reader.int32();
  for (let brokers = reader.unsignedVarint() - 1; brokers > 0; brokers--) {
    reader.int32();
    text();
    reader.int32();
    text();
    skipTags(reader);
  }
  text();
  reader.int32();
  if (reader.unsignedVarint() < 2) return undefined;
  const errorCode = reader.int16();
  text();
  const id = reader.slice(ID_BYTES)?.toString('hex') ?? NO_ID;
  return errorCode !== 0 || id === NO_ID ? undefined : id;
}

function skipTags(reader: ByteReader): void {
  for (let tags = reader.unsignedVarint(); tags > 0; tags--) {
    reader.unsignedVarint();
    reader.skip(reader.unsignedVarint());
  }
}

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
