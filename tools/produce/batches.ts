import { setTimeout as delay } from 'node:timers/promises';

/** A record to send; its line number is for error messages. */
export interface OutgoingRecord {
  readonly key: string | null;
  readonly value: Buffer;
  readonly lineNumber: number;
}

/** Brokers reject a record batch above 1 MiB, and one request may go to a single partition as one batch. */
const maxBytes = 768 * 1024;
const maxRecords = 5_000;
/** Overhead of a record in a batch, rounded up. */
const overheadBytes = 32;
/** How long a record of a slow input waits for others. */
const lingerMs = 100;

/** Groups records so that each group fits into one request; a record beyond the limit is a group of its own. */
export async function* batchesOf(records: AsyncIterable<OutgoingRecord>): AsyncGenerator<OutgoingRecord[]> {
  const source = records[Symbol.asyncIterator]();
  let carried: OutgoingRecord | undefined;
  let next = source.next();
  for (;;) {
    const batch: OutgoingRecord[] = carried ? [carried] : [];
    let bytes = carried ? sizeOf(carried) : 0;
    carried = undefined;
    const over = new AbortController();
    const late = delay(lingerMs, undefined, { signal: over.signal }).catch(() => undefined);
    while (batch.length < maxRecords) {
      // An empty batch waits without a limit.
      const result = batch.length === 0 ? await next : await Promise.race([next, late]);
      if (!result) break;
      if (result.done) {
        over.abort();
        if (batch.length > 0) yield batch;
        return;
      }
      next = source.next();
      // Awaited in a later iteration; until then its failure must not count as unhandled.
      next.catch(() => undefined);
      bytes += sizeOf(result.value);
      if (batch.length > 0 && bytes > maxBytes) {
        carried = result.value;
        break;
      }
      batch.push(result.value);
    }
    over.abort();
    yield batch;
  }
}

function sizeOf(record: OutgoingRecord): number {
  return record.value.length + Buffer.byteLength(record.key ?? '') + overheadBytes;
}
