import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ForeignClient } from '../../support/foreign-client.js';
import type { ForeignRecord } from '../../support/foreign-producer.js';
import { createTopic, uniqueName, waitFor } from '../../support/kafka.js';
import { Reader, stopReaders } from './reader.js';

/** The broker searches for logs to compact every 15 s. */
const CLEANER_MS = 90_000;

let java: ForeignClient;
let gaps: string;
let emptied: string;
let hollow: string;

beforeAll(async () => {
  java = await ForeignClient.start();
  [gaps, emptied, hollow] = await Promise.all([
    compacted('gaps', [...rounds(4, 100, 10), [{ key: 'last', value: null }]], 101),
    compacted('emptied', [...rounds(3, 10, 40_000), [{ key: 'last', value: 'v' }]], 11),
    compacted('hollow', [batch(0, 4_000, 150), batch(1, 4_000, 150).slice(1), batch(2, 1, 1)], 4_001),
  ]);
}, CLEANER_MS);
afterAll(() => java.stop());
afterEach(stopReaders);

function batch(round: number, keys: number, bytes: number): ForeignRecord[] {
  const text = 'v'.repeat(bytes);
  return Array.from({ length: keys }, (_, i) => ({ key: `k${i}`, value: `${round} ${i} ${text}` }));
}

function rounds(count: number, keys: number, bytes: number): ForeignRecord[][] {
  return Array.from({ length: count }, (_, round) => batch(round, keys, bytes));
}

/**
 * Writes each batch with its own producer into its own segment, and waits until the broker has
 * compacted all but the last.
 */
async function compacted(
  name: string,
  batches: readonly ForeignRecord[][],
  remaining: number,
): Promise<string> {
  const topic = await createTopic(uniqueName(name), {
    config: {
      'cleanup.policy': 'compact',
      'segment.ms': '1',
      'segment.bytes': '1048576',
      'min.cleanable.dirty.ratio': '0.001',
    },
  });
  let timestamp = Date.now() - 3_600_000;
  for (const records of batches) {
    timestamp += 60_000;
    const at = timestamp;
    const producer = await java.open({ 'batch.size': 1_000_000, 'linger.ms': 500 });
    await producer.send(
      topic,
      records.map((record) => ({ ...record, timestamp: at })),
    );
    await producer.close();
  }
  const isCompacted = async (): Promise<boolean> => (await java.read(topic)).length <= remaining;
  await waitFor(isCompacted, { what: `${name} to be compacted`, timeoutMs: CLEANER_MS, everyMs: 500 });
  return topic;
}

async function readsAll(topic: string): Promise<Reader> {
  const reader = await Reader.start(topic, { order: 'partition' });
  await reader.caughtUp(topic);
  expect(reader.lag).toBe(0);
  expect(reader.offsets).toEqual(await java.read(topic));
  return reader;
}

describe('reading a compacted topic', () => {
  it('reading a compacted topic skips the gaps and commits its end', async () => {
    const reader = await readsAll(gaps);
    expect(reader.payloads.at(-1)).toBeNull();
    expect(reader.offsets[0]).toBeGreaterThan(0n);
    expect(reader.offsets).toHaveLength(101);
  });

  it('reading a compacted topic skips batches without remaining records', async () => {
    const reader = await readsAll(emptied);
    expect(reader.offsets).toHaveLength(11);
  });

  it('reading a compacted topic skips the missing end of a batch at once', async () => {
    const reader = await readsAll(hollow);
    expect(reader.offsets.slice(0, 2)).toEqual([0n, 4_000n]);
  });

  it('reading a compacted topic continues from a committed offset that is in a gap', async () => {
    const first = await readsAll(gaps);
    await first.stop();
    await java.setOffset(first.group, gaps, 0, 5n);
    const second = await Reader.start(gaps, { group: first.group, order: 'partition' });
    await second.caughtUp(gaps);
    expect(second.offsets).toEqual(first.offsets);
  });

  it('a batch handler reads a compacted topic', async () => {
    const reader = await Reader.start(gaps, { read: 'batch', batch: { maxRecords: 30, maxWaitMs: 50 } });
    await reader.caughtUp(gaps);
    expect(reader.offsets).toEqual(await java.read(gaps));
    expect(reader.lag).toBe(0);
  });
});
