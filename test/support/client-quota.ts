import { once } from 'node:events';
import { connect } from 'node:net';

const ALTER_CLIENT_QUOTAS = 49;

/**
 * Limits the bytes per second that a client may fetch, by its KAFKA_CLIENT_ID. kafkajs lacks the request, so it is encoded
 * here by hand: AlterClientQuotas, version 0.
 */
export async function limitFetching(
  bootstrap: string,
  clientId: string,
  bytesPerSecond: number,
): Promise<void> {
  const rate = Buffer.alloc(8);
  rate.writeDoubleBE(bytesPerSecond);
  const entity = [int32(1), text('client-id'), text(clientId)];
  const operation = [int32(1), text('consumer_byte_rate'), rate, Buffer.of(0)];
  const head = [int16(ALTER_CLIENT_QUOTAS), int16(0), int32(1), text('test')];
  const request = Buffer.concat([...head, int32(1), ...entity, ...operation, Buffer.of(0)]);
  const [host = '', port = ''] = bootstrap.split(',')[0]?.split(':') ?? [];
  const socket = connect({ host, port: Number(port) });
  try {
    socket.write(Buffer.concat([int32(request.length), request]));
    const [answer]: Buffer[] = await once(socket, 'data');
    // The error of the entry follows the size, correlation id, throttle time and number of entries.
    const code = answer?.readInt16BE(16);
    if (code !== 0) throw new Error(`the broker rejected the quota: error ${code}`);
  } finally {
    socket.destroy();
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
