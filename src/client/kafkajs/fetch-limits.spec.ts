import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ISocketFactory } from 'kafkajs-pinned';
import Broker from 'kafkajs-pinned/src/broker/index.js';
import Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
import fetchRequests, { type FetchRequestFields } from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
import { batchBytes, recordBytes } from '../protocol/testing/log-bytes.js';
import { limitFetches } from './fetch-limits.js';
import { unpacked } from './packed-messages.js';
import { installPatches } from './patches/index.js';
import { toSockets } from './sockets.js';

const MEGABYTE = 1_048_576;
const GZIP = 1;
/** A batch of a few kilobytes that unpacks to more than 2 MB. */
const bomb = batchBytes(
  { firstOffset: 0n, lastOffsetDelta: 0, count: 1, attributes: GZIP },
  gzipSync(recordBytes({ offsetDelta: 0, value: Buffer.alloc(2 * MEGABYTE) })),
);

beforeAll(installPatches);

/** @returns the socket factory of a client with this limit */
function clientWith(maxBatchBytes: number): ISocketFactory {
  const sockets = toSockets({ ssl: undefined });
  limitFetches(sockets, { maxRecords: 10_000, maxBatchBytes });
  return sockets;
}

/** The answer to a fetch by a client, from a broker of this version of the protocol. */
async function fetchBy(socketFactory: ISocketFactory, version: number): Promise<FetchResponse> {
  const partitions = [{ partition: 0, fetchOffset: '0', maxBytes: 1 }];
  let decode: (bytes: Buffer) => Promise<FetchResponse> = () => Promise.reject(new Error('nothing was sent'));
  const send = (fields: FetchRequestFields): void => {
    ({ decode } = fetchRequests.protocol({ version })(fields).response);
  };
  // The name of the method that sends is a symbol.
  const parts: Record<string, unknown> = { lookupRequest: () => send, connectionPool: { socketFactory } };
  const broker: unknown = new Proxy({}, { get: (_, name) => parts[String(name)] ?? (() => ({})) });
  await Broker.prototype.fetch.call(broker as Broker, { topics: [{ topic: 't', partitions }] });
  return decode(version === 11 ? responseOf11() : responseOf4());
}

function responseOf11(): Buffer {
  const head = new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeInt32(1).writeString('t');
  head.writeInt32(1).writeInt32(0).writeInt16(0).writeInt64(1).writeInt64(1).writeInt64(0);
  return head.writeInt32(-1).writeInt32(-1).writeInt32(bomb.length).writeBuffer(bomb).buffer;
}

function responseOf4(): Buffer {
  const head = new Encoder().writeInt32(0).writeInt32(1).writeString('t').writeInt32(1);
  head.writeInt32(0).writeInt16(0).writeInt64(1).writeInt64(1).writeInt32(-1);
  return head.writeInt32(bomb.length).writeBuffer(bomb).buffer;
}

function bytesIn({ responses }: FetchResponse): number | undefined {
  const [message] = unpacked(responses[0]?.partitions[0]?.messages ?? []);
  return message?.value?.length;
}

describe.each([11, 4])('a fetch response of version %i', (version) => {
  test('a fetch response is decoded within the limit of the client that sent the request, for any limit of another client', async () => {
    const strict = clientWith(MEGABYTE);
    const generous = clientWith(4 * MEGABYTE);
    expect(bytesIn(await fetchBy(generous, version))).toBe(2 * MEGABYTE);
    await expect(fetchBy(strict, version).then(bytesIn)).rejects.toThrow(/1048576/);
    expect(bytesIn(await fetchBy(generous, version))).toBe(2 * MEGABYTE);
  });
});
