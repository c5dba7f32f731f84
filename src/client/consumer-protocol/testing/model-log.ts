import { batchBytes, recordBytes } from '../../protocol/testing/log-bytes.js';

const EPOCH_AT = 12;

interface Batch {
  readonly first: bigint;
  readonly last: bigint;
  readonly epoch: number;
  readonly bytes: Buffer;
}

/** The log of one partition and who leads it. */
export class ModelLog {
  leaderId = 1;
  leaderEpoch = 0;
  start = 0n;
  /** A follower that the leader names for reading; -1 for none. */
  preferredReplica = -1;
  /** The error that the leader answers fetches with; 0 for none. */
  errorCode = 0;
  batches: Batch[] = [];

  get end(): bigint {
    const last = this.batches.at(-1)?.last;
    return last === undefined ? this.start : last + 1n;
  }

  /** Writes one batch in the leader's epoch. */
  append(...values: readonly string[]): void {
    const first = this.end;
    const records = values.map((value, offsetDelta) =>
      recordBytes({ offsetDelta, value: Buffer.from(value) }),
    );
    const lastOffsetDelta = values.length - 1;
    const bytes = batchBytes(
      { firstOffset: first, lastOffsetDelta, count: values.length },
      Buffer.concat(records),
    );
    bytes.writeInt32BE(this.leaderEpoch, EPOCH_AT);
    this.batches.push({ first, last: first + BigInt(lastOffsetDelta), epoch: this.leaderEpoch, bytes });
  }

  /** Another broker leads from now on. It has only the batches before an offset: the election was unclean. */
  elect(leaderId: number, end = this.end): void {
    this.leaderId = leaderId;
    this.leaderEpoch++;
    this.batches = this.batches.filter(({ last }) => last < end);
  }

  /** Deletes the batches before an offset. */
  deleteBefore(offset: bigint): void {
    this.batches = this.batches.filter(({ last }) => last >= offset);
    this.start = this.batches[0]?.first ?? offset;
  }

  /** Whole batches, from the one that contains the offset on. */
  from(offset: bigint): Buffer {
    return Buffer.concat(this.batches.filter(({ last }) => last >= offset).map(({ bytes }) => bytes));
  }

  /** Where an epoch, or the last one before it, ended. */
  endOfEpoch(epoch: number): { readonly leaderEpoch: number; readonly endOffset: bigint } {
    const within = this.batches.findLast((batch) => batch.epoch <= epoch);
    if (epoch >= this.leaderEpoch) return { leaderEpoch: this.leaderEpoch, endOffset: this.end };
    return within
      ? { leaderEpoch: within.epoch, endOffset: within.last + 1n }
      : { leaderEpoch: -1, endOffset: -1n };
  }
}
