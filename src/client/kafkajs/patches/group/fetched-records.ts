import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import { type FetchedRecord, type Offset, toOffset } from '../../../../pipeline/index.js';
import { hooksOf } from '../../consumer/group-hooks.js';
import { reachableOffsetOf, recordsOf, unpackedBatch, unreadableOf } from '../../packed-messages.js';
import { installOnce } from '../install-once.js';

/** The properties of a batch that kafkajs does not provide. */
export interface Fetch {
  /** The generation of the group in which it was fetched. */
  readonly generation: number;
  /** The requested offset. */
  readonly from: Offset;
  readonly records: readonly FetchedRecord[];
  /** Up to where it could read: the last stable offset, or the high watermark with `read_uncommitted`. */
  readonly reachableOffset: Offset;
}

const fetches = new WeakMap<object, Fetch>();

/** @returns the fetch that brought a batch */
export function fetchOf(batch: object): Fetch | undefined {
  return fetches.get(batch);
}

/**
 * Attaches its generation, requested offset and packed records to each batch, drops batches that were fetched in an
 * earlier generation, and reports batches that can't be read.
 *
 * - Defect: `ConsumerGroup.fetch` (`consumer/consumerGroup.js`) hands over what it fetched before a rejoin; a batch does
 *   not tell its generation. Its messages are objects with all their parts created.
 * - Effect: records of a partition that belongs to another member are handled; each record costs two 64-bit numbers
 *   and three calls that have no use here.
 * - Test: `fetched-records.spec.ts`.
 * - Unnecessary when a batch tells its generation, and hands over records as the decoder returned them.
 */
export const attachRecords = installOnce(() => {
  const { prototype } = ConsumerGroup;
  const { fetch } = prototype;
  prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<Batch[]> {
    const hooks = hooksOf(this);
    if (!hooks) return (await fetch.call(this, nodeId)).map(unpackedBatch);
    const { generationId: generation } = this;
    const batches = await fetch.call(this, nodeId);
    if (this.generationId !== generation) return [];
    const readable = batches.filter((batch) => {
      const unreadable = unreadableOf(batch.rawMessages);
      if (unreadable) hooks.unreadable(unreadable);
      return !unreadable;
    });
    for (const batch of readable) {
      fetches.set(batch, {
        generation,
        from: toOffset(batch.fetchedOffset),
        records: recordsOf(batch),
        reachableOffset: reachableOffsetOf(batch),
      });
    }
    return readable;
  };
});
