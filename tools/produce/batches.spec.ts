import { describe, expect, it } from '@jest/globals';
import { batchesOf, type OutgoingRecord } from './batches.js';

async function sizes(...bytes: number[]): Promise<number[]> {
  async function* records(): AsyncGenerator<OutgoingRecord> {
    let lineNumber = 0;
    for (const size of bytes) yield { key: null, value: Buffer.alloc(size), lineNumber: (lineNumber += 1) };
  }
  const found: number[] = [];
  for await (const batch of batchesOf(records())) found.push(batch.length);
  return found;
}

describe('batchesOf', () => {
  it('keeps a batch below the size that brokers take', async () => {
    expect(await sizes(400_000, 300_000, 300_000)).toEqual([2, 1]);
  });

  it('sends a record beyond the limit by itself', async () => {
    expect(await sizes(10, 2_000_000, 10)).toEqual([1, 1, 1]);
  });

  it('limits the number of records', async () => {
    expect(await sizes(...Array.from({ length: 5_001 }, () => 1))).toEqual([5_000, 1]);
  });

  it('yields nothing without records', async () => {
    expect(await sizes()).toEqual([]);
  });

  it('does not hold back what a slow input has given', async () => {
    let more: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (more = resolve));
    async function* slow(): AsyncGenerator<OutgoingRecord> {
      yield { key: null, value: Buffer.from('a'), lineNumber: 1 };
      await asked;
    }
    const batches = batchesOf(slow());
    expect((await batches.next()).value).toHaveLength(1);
    more();
    expect((await batches.next()).done).toBe(true);
  });
});
