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

/** What a replay has done. */
export interface ReplayReport {
  readonly deadLetterTopic: string;
  readonly dryRun: false;
  readonly replayed: number;
  /** Selected dead letters that an earlier replay had sent back. */
  readonly alreadyReplayed: number;
  /** Whether a signal or `--limit` ended it before the last dead letter. */
  readonly ended: 'complete' | 'limit' | 'interrupted';
  readonly skipped: readonly SkippedGroup[];
}

/** How a replay goes about it. */
export interface ReplayOptions {
  readonly limit: number;
  readonly rateLimiter: RateLimiter;
  /** Ends it after the transaction that is under way. */
  readonly signal: AbortSignal;
  /** Called with how many were sent back in all. */
  readonly progressed: (replayed: number) => void;
}

type Going = Extract<Plan, { action: 'replay' }>;

/** Records of a transaction: so few that it is over at once, as readers of committed records wait for it. */
const BATCH_RECORDS = 100;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Sends dead letters back. Each goes in one transaction with the mark that says so, so that wherever this is
 * interrupted, the next run finds either both or nothing. Before it reads marks it takes over the topic's
 * transactional id: no earlier run can then write another one.
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

  /** @throws FencedError where another run has begun meanwhile; what was committed stays marked */
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
    let batch: Going[] = [];
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

  async #send(batch: readonly Going[]): Promise<void> {
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
      // One of them it is; the others go by themselves.
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
