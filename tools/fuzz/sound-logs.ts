import {
  batchBytes,
  markerBytes,
  messageBytes,
  recordBytes,
  type RecordToWrite,
} from '../../src/client/protocol/testing/log-bytes.js';
import { type Codec, CODECS, OLD_CODECS, pack } from './packing.js';
import type { Random } from './random.js';

/** A record as a reader must deliver it: its parts as one text, for comparison. */
export interface ExpectedRecord {
  readonly offset: bigint;
  readonly parts: string;
}

/** A batch of a log and its content. */
export interface SoundBatch {
  readonly bytes: Buffer;
  readonly magic: 0 | 1 | 2;
  readonly codec: Codec;
  /** Its records before compression. */
  readonly plain: Buffer;
  /** The records that a reader delivers from it. */
  readonly expected: readonly ExpectedRecord[];
}

/** The log of a partition as stored by a broker. */
export interface SoundLog {
  readonly batches: readonly SoundBatch[];
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly start: bigint;
  /** The offset after its last record. */
  readonly end: bigint;
}

const TRANSACTIONAL = 0x10;

export function partsOf(key: unknown, value: unknown, headers: unknown): string {
  return JSON.stringify([key, value, headers], (_name, part: unknown) =>
    part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part,
  );
}

/** Writes a log with batches of all formats, codecs and kinds. */
export async function soundLog(random: Random): Promise<SoundLog> {
  const start = BigInt(random.pick([0, 0, 5, 1_000, 2 ** 31, 2 ** 40]));
  const batches: SoundBatch[] = [];
  const aborted: { producerId: bigint; firstOffset: bigint }[] = [];
  let offset = start;
  const count = random.between(1, 4);
  const isOld = random.chance(0.25);
  for (let at = 0; at < count; at++) {
    if (random.chance(0.2)) offset += BigInt(random.between(1, 9));
    if (isOld) {
      const written = await oldBatch(random, offset);
      batches.push(written);
      offset = (written.expected.at(-1)?.offset ?? offset) + 1n;
      continue;
    }
    const kind = random.pick(['plain', 'plain', 'committed', 'aborted', 'compacted'] as const);
    const producerId = BigInt(random.between(1, 3));
    const { batch, last } = await newBatch(random, offset, kind, producerId);
    batches.push(batch);
    if (kind === 'aborted') aborted.push({ producerId, firstOffset: offset });
    offset = last + 1n;
    if (kind !== 'committed' && kind !== 'aborted') continue;
    const bytes = markerBytes(offset, producerId, kind === 'committed');
    batches.push({ bytes, magic: 2, codec: 0, plain: bytes.subarray(61), expected: [] });
    offset++;
  }
  return { batches, aborted, start, end: offset };
}

type Kind = 'plain' | 'committed' | 'aborted' | 'compacted';

async function newBatch(
  random: Random,
  firstOffset: bigint,
  kind: Kind,
  producerId: bigint,
): Promise<{ batch: SoundBatch; last: bigint }> {
  const isCompacted = kind === 'compacted';
  const codec = random.pick(CODECS);
  const records: RecordToWrite[] = [];
  let delta = -1;
  for (let left = random.between(isCompacted ? 0 : 1, 6); left > 0; left--) {
    delta += isCompacted ? random.between(1, 4) : 1;
    records.push(randomRecord(random, delta));
  }
  const lastOffsetDelta = isCompacted ? delta + random.between(1, 5) : delta;
  const plain = Buffer.concat(records.map(recordBytes));
  const isTransactional = kind === 'committed' || kind === 'aborted';
  const attributes = codec | (isTransactional ? TRANSACTIONAL : 0);
  const head = { firstOffset, lastOffsetDelta, count: records.length, attributes, producerId };
  const bytes = batchBytes(head, records.length === 0 ? plain : await pack(plain, codec));
  const expected = kind === 'aborted' ? [] : records.map((each) => expectedOf(firstOffset, each));
  return { batch: { bytes, magic: 2, codec, plain, expected }, last: firstOffset + BigInt(lastOffsetDelta) };
}

async function oldBatch(random: Random, firstOffset: bigint): Promise<SoundBatch> {
  const magic = random.pick([0, 1] as const);
  const codec = random.pick(OLD_CODECS);
  const count = codec === 0 ? 1 : random.between(1, 5);
  const parts = Array.from({ length: count }, () => ({ key: randomPart(random), value: randomPart(random) }));
  const expected = parts.map(({ key, value }, at) => {
    return { offset: firstOffset + BigInt(at), parts: partsOf(key, value, {}) };
  });
  const within = parts.map((part, at) => {
    const isRelative = codec !== 0 && magic === 1;
    return messageBytes({ magic, offset: isRelative ? BigInt(at) : firstOffset + BigInt(at), ...part });
  });
  const plain = Buffer.concat(within);
  if (codec === 0) return { bytes: plain, magic, codec, plain, expected };
  const offset = firstOffset + BigInt(count - 1);
  const bytes = messageBytes({ magic, offset, attributes: codec, value: await pack(plain, codec) });
  return { bytes, magic, codec, plain, expected };
}

function expectedOf(
  firstOffset: bigint,
  { offsetDelta, key, value, headers = [] }: RecordToWrite,
): ExpectedRecord {
  const named = Object.fromEntries(headers);
  return { offset: firstOffset + BigInt(offsetDelta), parts: partsOf(key, value, named) };
}

function randomRecord(random: Random, offsetDelta: number): RecordToWrite {
  const headers = Array.from({ length: random.pick([0, 0, 1, 3]) }, (_, at) => {
    return [`h${at}`, randomPart(random)] as const;
  });
  const timestampDelta = random.pick([0, 1, 5_000, 2 ** 33]);
  return { offsetDelta, timestampDelta, key: randomPart(random), value: randomPart(random), headers };
}

function randomPart(random: Random): Buffer | null {
  const length = random.pick([-1, 0, 8, 200]);
  if (length < 0) return null;
  return length === 8 ? random.bytes(8) : Buffer.alloc(length, 'x');
}
