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
  it('batchesOf keeps a batch below the size that brokers accept', async () => {
    expect(await sizes(400_000, 300_000, 300_000)).toEqual([2, 1]);
  });

  it('batchesOf puts a record beyond the limit into its own batch', async () => {
    expect(await sizes(10, 2_000_000, 10)).toEqual([1, 1, 1]);
  });

  it('batchesOf limits the number of records', async () => {
    expect(await sizes(...Array.from({ length: 5_001 }, () => 1))).toEqual([5_000, 1]);
  });

  it('batchesOf yields nothing without records', async () => {
    expect(await sizes()).toEqual([]);
  });

  it('batchesOf does not delay records of a slow input', async () => {
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
