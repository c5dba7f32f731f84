const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits a stream of bytes into lines without line ends. The bytes are unchanged, since a record's value need not be valid
 * UTF-8. A newline at the very end does not start another line.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk as Uint8Array);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      pending.push(bytes.subarray(start, end));
      yield lineFrom(pending);
      pending = [];
      start = end + 1;
    }
    if (start < bytes.length) pending.push(bytes.subarray(start));
  }
  if (pending.length > 0) yield lineFrom(pending);
}

function lineFrom(parts: readonly Buffer[]): Buffer {
  const line = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}
