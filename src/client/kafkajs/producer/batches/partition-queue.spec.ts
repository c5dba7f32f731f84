import { describe, expect, test } from '@jest/globals';
import type { WrittenPosition } from '../../../batch-producer.js';
import { type Batch, PartitionQueue } from './partition-queue.js';
import type { ProducerIdentity } from './producer-identity.js';
import { QueuedRecord } from './queued-record.js';

const first: ProducerIdentity = { producerId: '1', producerEpoch: 0 };
const second: ProducerIdentity = { producerId: '2', producerEpoch: 0 };

function queueOf(...values: readonly string[]) {
  const lost: ProducerIdentity[] = [];
  const settled: [string, WrittenPosition | string][] = [];
  const queue = new PartitionQueue('orders', 0, (identity) => lost.push(identity));
  const push = (value: string, deadline = 100, compression: 'none' | 'gzip' = 'none'): void =>
    queue.push(
      new QueuedRecord(
        { topic: 'orders', value, compression },
        deadline,
        (at) => settled.push([value, at]),
        (error) => settled.push([value, String(error)]),
      ),
    );
  for (const value of values) push(value);
  const take = (identity = first): { values: string[]; batch: Batch; sequence: number; id: string } => {
    const taken = queue.take(identity, undefined);
    if (!taken) throw new Error('there is no batch');
    const { batch } = taken;
    const sent = batch.records.map(({ message }) => String(message.value));
    return { values: sent, batch, sequence: taken.firstSequence, id: taken.identity.producerId };
  };
  return { queue, push, take, lost, settled };
}

describe('the queue of a partition', () => {
  test('a queue sends one batch at a time, with the sequence number after that of the last written record', () => {
    const { queue, push, take, settled } = queueOf('a', 'b');
    const { batch, ...sent } = take();
    expect(sent).toEqual({ values: ['a', 'b'], sequence: 0, id: '1' });
    push('c');
    expect(queue.isReady(0)).toBe(false);
    queue.written(batch, '41');
    expect(settled).toEqual([
      ['a', { topic: 'orders', partition: 0, offset: '41' }],
      ['b', { topic: 'orders', partition: 0, offset: '42' }],
    ]);
    expect(take(second)).toMatchObject({ values: ['c'], sequence: 2, id: '1' });
  });

  test('a repeated batch has the same records and the same sequence number, and goes first', () => {
    const { queue, push, take } = queueOf('a');
    queue.written(take().batch, '0');
    push('b');
    const { batch } = take();
    batch.isUnanswered = true;
    push('c');
    queue.repeat(batch, 50);
    expect([queue.isReady(49), queue.isReady(50)]).toEqual([false, true]);
    expect(take()).toMatchObject({ values: ['b'], sequence: 1 });
  });

  test('a rejected batch is split, and its sequence number is used again', () => {
    const { queue, take } = queueOf('a', 'b', 'c');
    queue.split(take().batch);
    const { batch, ...half } = take();
    expect(half).toMatchObject({ values: ['a', 'b'], sequence: 0 });
    queue.written(batch, '0');
    expect(take()).toMatchObject({ values: ['c'], sequence: 2 });
  });

  test('after a batch that may have been written was given up, the queue waits for another identity', () => {
    const { queue, push, take, lost, settled } = queueOf('a');
    const { batch } = take();
    batch.isUnanswered = true;
    queue.giveUp(batch, new Error('no answer'));
    push('b');
    expect(settled).toEqual([['a', 'Error: no answer']]);
    expect(lost).toEqual([first]);
    expect(queue.take(first, undefined)).toBeUndefined();
    expect(take(second)).toMatchObject({ values: ['b'], sequence: 0, id: '2' });
  });

  test('a batch that was rejected and given up keeps the identity', () => {
    const { queue, push, take, lost } = queueOf('a');
    queue.giveUp(take().batch, new Error('refused'));
    push('b');
    expect(lost).toEqual([]);
    expect(take(second)).toMatchObject({ sequence: 0, id: '1' });
  });

  test('records that waited too long are rejected, and later ones stay', () => {
    const { queue, push, take, settled } = queueOf('a');
    push('b', 200);
    queue.expire(100, () => new Error('timeout'));
    expect(settled).toEqual([['a', 'Error: timeout']]);
    expect(take().values).toEqual(['b']);
  });

  test('records with another compression go into another batch, and requests have one', () => {
    const { queue, push } = queueOf('a');
    push('b', 100, 'gzip');
    const sent = queue.take(first, undefined);
    expect(sent?.batch.records).toHaveLength(1);
    if (sent) queue.written(sent.batch, '0');
    expect(queue.take(first, sent)).toBeUndefined();
    expect(queue.take(first, undefined)?.batch.compression).toBe('gzip');
  });
});
