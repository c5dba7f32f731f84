import type { CallWait, InFlightRecord, RecordOwner } from '../records/in-flight.js';
import { compareOffsets, type Offset } from '../records/offset.js';
import type { Committer } from '../commit/committer.js';
import type { Dispatcher } from './dispatcher.js';
import type { Handler } from '../handler/handler.js';
import type { HandlerCalls } from './handler-calls.js';
import type { TopicPartition } from '../records/fetched.js';
import type { Ownership } from '../records/ownership.js';
import type { LimitPause } from '../fetch/limit-pause.js';
import type { Settlement } from '../commit/settlement.js';

/** The dependencies of a partition's owner. */
export interface PartitionOwnerParts {
  readonly handler: Pick<Handler, 'commit' | 'order'>;
  readonly ownership: Ownership;
  readonly settlement: Settlement;
  readonly committer: Committer;
  readonly calls: HandlerCalls;
  readonly dispatcher: Dispatcher<unknown>;
  readonly limitPause: LimitPause;
  /** Called when a call no longer keeps the partition busy. */
  readonly returned: () => void;
}

/** Lets the running handlers of a partition confirm, commit and wait for their records. */
export class PartitionOwner implements RecordOwner {
  readonly topic: string;
  readonly partition: number;

  constructor(
    at: TopicPartition,
    private readonly parts: PartitionOwnerParts,
  ) {
    this.topic = at.topic;
    this.partition = at.partition;
  }

  /** Aborted once the record's handler should stop: time over, partition lost, or service stopping. */
  signalOf(record: InFlightRecord): AbortSignal {
    const { calls, dispatcher, ownership } = this.parts;
    const call = dispatcher.callOf(record);
    const deadline = call && calls.signalOf(call);
    return deadline ? AbortSignal.any([ownership.signal, deadline]) : ownership.signal;
  }

  waitStarted(record: InFlightRecord, wait: CallWait): () => void {
    const { calls, dispatcher, returned } = this.parts;
    const call = dispatcher.callOf(record);
    if (!call) return () => undefined;
    const ended = calls.wait(call, wait);
    returned();
    return ended;
  }

  /**
   * Settles records that their handler confirmed; in partition order, all earlier records with them.
   * @throws PartitionLostError once this ownership has ended
   */
  acknowledge(records: readonly InFlightRecord[]): void {
    const { handler, limitPause, ownership, settlement } = this.parts;
    ownership.requireLasting();
    const last = records.at(-1);
    // A parked record was settled when it was parked. It is removed from the parking topic once its handler has
    // returned.
    if (!last || last.origin === 'parked') return;
    if (handler.order === 'partition') settlement.settleThrough(last);
    else settlement.settleEach(records);
    limitPause.resumeIfDrained();
  }

  /**
   * Settles records as `acknowledge` does, and resolves once the broker has acknowledged a commit that covers them.
   * Meanwhile the handler's slot is free for another lane: the commit may have to wait for older records.
   * @throws PartitionLostError when the partition belongs to another member, or is lost during the wait
   */
  async commit(records: readonly InFlightRecord[]): Promise<void> {
    const { committer, dispatcher, settlement } = this.parts;
    this.acknowledge(records);
    const [first] = records;
    const last = records.at(-1);
    if (!first || !last || last.origin === 'parked') return;
    const covered = committer.whenCommitted(settlement, last.sequence);
    const committed = this.waitStarted(first, { kind: 'commit', what: 'its commit' });
    dispatcher.releaseSlot(dispatcher.callOf(first) ?? first);
    try {
      await covered;
    } finally {
      committed();
    }
  }

  /**
   * Commits an offset as Kafka clients do: settles every record before it.
   * @throws PartitionLostError once this ownership has ended
   * @throws Error in key order: handlers of earlier records may still be running
   */
  async commitBefore(offset: Offset): Promise<void> {
    const { committer, handler, ownership, settlement } = this.parts;
    if (handler.commit === 'auto') return;
    ownership.requireLasting();
    if (handler.order !== 'partition') {
      throw new Error(
        `${this.topic}[${this.partition}]: with order '${handler.order}' an offset says nothing of the records ` +
          `before it; use OffsetsService.commit(context)`,
      );
    }
    let last: InFlightRecord | undefined;
    for (const record of settlement.tracker.unsettledRecords()) {
      if (compareOffsets(record.offset, offset) >= 0) break;
      last = record;
    }
    if (last) await this.commit([last]);
    else await committer.whenCommitted(settlement, settlement.committableSequence - 1);
  }
}
