import type { PartitionReader, TransactionalProducer } from '../client/index.js';
import type { DeadLetter } from '../redelivery/index.js';
import {
  deadLetterPartitions,
  type DeadLetterPartition,
  readerUntilAborted,
} from './reading/dead-letter-log.js';
import {
  RecordGroups,
  type SkippedGroup,
  type SkipReason,
  toSkippedGroups,
} from './planning/record-groups.js';
import type { RateLimiter } from './rate-limiter.js';
import type { Plan, ReplayPlanner } from './planning/planner.js';
import { toReceipt, toOutgoing } from './planning/replay-record.js';

/** The result of a replay. */
export interface ReplayReport {
  readonly deadLetterTopic: string;
  readonly dryRun: false;
  readonly replayed: number;
  /** Number of selected dead letters that were replayed before. */
  readonly alreadyReplayed: number;
  /** Whether a signal or `--limit` ended the replay before the last dead letter. */
  readonly ended: 'complete' | 'limit' | 'interrupted';
  readonly skipped: readonly SkippedGroup[];
}

/** Options of a replay. */
export interface ReplayOptions {
  readonly limit: number;
  readonly rateLimiter: RateLimiter;
  /** Ends the replay after the current transaction. */
  readonly signal: AbortSignal;
  /** Called with the number of records replayed so far. */
  readonly progressed: (replayed: number) => void;
}

type PlannedReplay = Extract<Plan, { action: 'replay' }>;

/** Records per transaction. Transactions are short, because readers of committed records wait for their end. */
const BATCH_RECORDS = 100;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Sends dead letters back. A record and its receipt are written in one transaction, so that a run after an
 * interruption finds both or neither. Before it reads receipts, a run takes over the topic's transactional id, so
 * that no earlier run can write further receipts.
 */
export class Replay {
  readonly #skipped = new RecordGroups<SkipReason>();
  #replayed = 0;
  #alreadyReplayed = 0;

  constructor(
    private readonly reader: PartitionReader,
    private readonly producer: TransactionalProducer,
    private readonly planner: ReplayPlanner,
    private readonly options: ReplayOptions,
  ) {}

  /** @throws FencedError if another run has begun since; receipts that were committed stay valid */
  async run(topic: string): Promise<ReplayReport> {
    await this.producer.open();
    for await (const partition of deadLetterPartitions(
      readerUntilAborted(this.options.signal, this.reader),
      topic,
    )) {
      await this.#replay(partition);
      if (this.#ended !== 'complete') break;
    }
    return {
      deadLetterTopic: topic,
      dryRun: false,
      replayed: this.#replayed,
      alreadyReplayed: this.#alreadyReplayed,
      ended: this.#ended,
      skipped: toSkippedGroups(this.#skipped),
    };
  }

  get #ended(): ReplayReport['ended'] {
    if (this.options.signal.aborted) return 'interrupted';
    return this.#replayed >= this.options.limit ? 'limit' : 'complete';
  }

  async #replay(partition: DeadLetterPartition): Promise<void> {
    let batch: PlannedReplay[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (batch.length > 0) await this.#send(batch);
      batch = [];
      bytes = 0;
    };
    const most = this.options.rateLimiter.batchSize(BATCH_RECORDS);
    for await (const logged of partition.deadLetters()) {
      if (this.#ended !== 'complete') return;
      const plan = await this.planner.plan(logged);
      if (plan.action === 'ignore') this.#alreadyReplayed += plan.replayed ? 1 : 0;
      if (plan.action === 'skip') this.#skip(plan.deadLetter, plan.reason, plan.detail);
      if (plan.action !== 'replay') continue;
      batch.push(plan);
      bytes += plan.record.value?.length ?? 0;
      const remaining = this.options.limit - this.#replayed;
      if (batch.length >= Math.min(most, remaining) || bytes >= BATCH_BYTES) await flush();
    }
    if (!this.options.signal.aborted) await flush();
  }

  async #send(batch: readonly PlannedReplay[]): Promise<void> {
    await this.options.rateLimiter.admit(batch.length);
    try {
      await this.producer.write([
        ...batch.map(({ deadLetter, record, destination }) => toOutgoing(deadLetter, record, destination)),
        ...batch.map(({ deadLetter, destination }) => toReceipt(deadLetter, destination.topic)),
      ]);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'RECORD_TOO_LARGE')) throw error;
      const [only, ...others] = batch;
      if (!only) return;
      if (others.length === 0) return this.#skip(only.deadLetter, 'too-large', error.message);
      // One of the records is too large; send each by itself.
      for (const each of batch) await this.#send([each]);
      return;
    }
    this.#replayed += batch.length;
    this.options.progressed(this.#replayed);
  }

  #skip(deadLetter: DeadLetter, reason: SkipReason, detail: string): void {
    this.#skipped.add(reason, detail, deadLetter);
  }
}
