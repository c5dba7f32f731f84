import { beforeAll, describe, expect, it } from '@jest/globals';
import Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type { GroupHooks } from '../../consumer/group-hooks.js';
import { UnreadableBatchError } from '../../../protocol/errors.js';
import { PackedMessages, UnreadableMessages } from '../../packed-messages.js';
import { attachRecords, fetchOf } from './fetched-records.js';

/** Replaces kafkajs's own `fetch`; set by each test. */
let nativeFetch: () => Promise<Batch[]>;

beforeAll(() => {
  ConsumerGroup.prototype.fetch = () => nativeFetch();
  attachRecords();
});

function batchOf(partition: number, messages: Batch['rawMessages']): Batch {
  const partitionData = { partition, highWatermark: '9', abortedTransactions: [], messages: [...messages] };
  return new Batch('orders', '7', partitionData);
}

/** A group, and the batches that were reported as unreadable. */
function groupIn(generationId: number): { group: ConsumerGroup; unreadable: UnreadableBatchError[] } {
  const unreadable: UnreadableBatchError[] = [];
  const hooks: Partial<GroupHooks> = { unreadable: (error) => unreadable.push(error) };
  const group: unknown = { generationId, assigners: [{ hooks }] };
  return { group: group as ConsumerGroup, unreadable };
}

const fetchIn = (group: ConsumerGroup): Promise<Batch[]> => ConsumerGroup.prototype.fetch.call(group, '1');

describe('a fetched batch', () => {
  it('a fetched batch has the generation in which it was fetched, and the requested offset', async () => {
    const { group } = groupIn(4);
    nativeFetch = () => Promise.resolve([batchOf(0, [new PackedMessages('8', [], '8')])]);
    const [batch] = await fetchIn(group);
    expect(batch && fetchOf(batch)).toEqual({ generation: 4, from: '7', records: [], reachableOffset: '8' });
  });

  it('a fetched batch is dropped if the group has rejoined since it was requested', async () => {
    const { group } = groupIn(4);
    nativeFetch = async () => {
      group.generationId = 5;
      return [batchOf(0, [new PackedMessages('8', [], '8')])];
    };
    await expect(fetchIn(group)).resolves.toEqual([]);
  });

  it('a fetched batch is reported if it cannot be read, while those of other partitions are handed over', async () => {
    const { group, unreadable } = groupIn(4);
    const error = new UnreadableBatchError('orders', 1, '7', new Error('damaged'));
    const readable = batchOf(0, [new PackedMessages('8', [], '8')]);
    nativeFetch = () => Promise.resolve([readable, batchOf(1, [new UnreadableMessages(error)])]);
    await expect(fetchIn(group)).resolves.toEqual([readable]);
    expect(unreadable).toEqual([error]);
  });
});
