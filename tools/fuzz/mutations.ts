import { crc32 } from 'node:zlib';
import { RECORDS_AT, signed, varint } from '../../src/client/protocol/testing/log-bytes.js';
import { pack } from './packing.js';
import type { Random } from './random.js';
import type { SoundBatch } from './sound-logs.js';

/** A change to a log. */
export interface Mutated {
  readonly log: Buffer;
  /**
   * How the log was changed. `checked`: a checksum covers the change, so every delivered record must be unchanged.
   * `forged`: an attacker has written it, with a valid checksum.
   */
  readonly kind: 'checked' | 'forged';
  readonly what: string;
}

const CHECKED_FROM = 17;
const OLD_CHECKED_FROM = 12;
const NUMBERS = [0, 1, -1, 2, 127, 128, 255, 256, 65_535, 2 ** 31 - 1, -(2 ** 31), 2 ** 24] as const;
const LONGS = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 32n, 1_000_000n] as const;

/** Changes a log in one of many ways. */
export async function mutate(random: Random, batches: readonly SoundBatch[]): Promise<Mutated> {
  const copies: Buffer[] = batches.map(({ bytes }) => Buffer.from(bytes));
  const at = random.below(batches.length);
  const batch = batches[at];
  const copy = copies[at];
  if (!batch || !copy) throw new Error('a log has batches');
  const done = (what: string, kind: Mutated['kind']): Mutated => ({ log: Buffer.concat(copies), kind, what });
  switch (random.below(8)) {
    case 0:
    case 1:
      damage(random, copy, batch.magic === 2 ? CHECKED_FROM : OLD_CHECKED_FROM);
      return done('bytes that its checksum covers are changed', 'checked');
    case 2:
      damage(random, copy, 0);
      return done('any of its bytes are changed', 'forged');
    case 3:
      damage(random, copy, 0);
      sign(copy);
      return done('any of its bytes are changed, and it is signed', 'forged');
    case 4:
      writeNumber(random, copy, batch.magic === 2 ? RECORDS_AT : 20);
      sign(copy);
      return done('a number of its header is changed, and it is signed', 'forged');
    case 5:
      copies[at] = await repacked(batch, changedRecords(random, batch.plain));
      return done('its records are changed, packed and signed', 'forged');
    case 6: {
      const log = Buffer.concat(copies);
      return { log: log.subarray(0, random.below(log.length)), kind: 'checked', what: 'it is cut off' };
    }
    default:
      reorder(random, copies, at);
      return done('its batches are in another order, or one is there twice', 'forged');
  }
}

function damage(random: Random, bytes: Buffer, from: number): void {
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.between(from, bytes.length - 1);
    const isBit = random.chance(0.5);
    bytes[at] = isBit ? (bytes[at] ?? 0) ^ (1 << random.below(8)) : random.below(256);
  }
}

function writeNumber(random: Random, bytes: Buffer, end: number): void {
  if (random.chance(0.3)) bytes.writeBigInt64BE(random.pick(LONGS), random.below(Math.max(1, end - 8)));
  else bytes.writeInt32BE(random.pick(NUMBERS), random.below(Math.max(1, end - 4)));
}

/** Records consist largely of varints: replaces some, with or without moving the bytes behind them. */
function changedRecords(random: Random, plain: Buffer): Buffer {
  const at = random.below(plain.length + 1);
  const number = random.chance(0.8)
    ? varint(random.pick(NUMBERS))
    : Buffer.alloc(random.between(1, 12), 0xff);
  const skipped = random.pick([0, 1, number.length]);
  const changed = Buffer.concat([
    plain.subarray(0, at),
    number,
    plain.subarray(Math.min(at + skipped, plain.length)),
  ]);
  if (random.chance(0.3)) damage(random, changed, 0);
  return changed;
}

async function repacked({ bytes, magic, codec }: SoundBatch, plain: Buffer): Promise<Buffer> {
  const packed = await pack(plain, codec);
  if (magic === 2) {
    const batch = Buffer.concat([bytes.subarray(0, RECORDS_AT), packed]);
    batch.writeInt32BE(batch.length - 12, 8);
    return signed(batch);
  }
  if (codec === 0) return signedMessage(plain);
  // After the attributes, the timestamp, and the absent key.
  const valueAt = magic === 1 ? 30 : 22;
  const message = Buffer.concat([bytes.subarray(0, valueAt + 4), packed]);
  message.writeInt32BE(packed.length, valueAt);
  message.writeInt32BE(message.length - 12, 8);
  return signedMessage(message);
}

function sign(batch: Buffer): void {
  if (batch[16] === 2) signed(batch);
  else signedMessage(batch);
}

function signedMessage(message: Buffer): Buffer {
  if (message.length > 16) message.writeUInt32BE(crc32(message.subarray(16)), 12);
  return message;
}

function reorder(random: Random, copies: Buffer[], at: number): void {
  const [batch] = copies.splice(at, 1);
  if (!batch) return;
  if (random.chance(0.5)) copies.splice(random.below(copies.length + 1), 0, batch);
  else copies.splice(at, 0, batch, batch);
}
