import type { PartitionReader } from '../../client/index.js';
import { describeError } from '../../pipeline/index.js';
import { deadLettersOf, readerUntilAborted } from '../reading/dead-letter-log.js';
import { toSample, type TransformSample } from './differences.js';
import type { HandlerCatalog } from '../handler-catalog.js';
import { RecordGroups, type SkippedGroup, type SkipReason, toSkippedGroups } from './record-groups.js';
import { positionText } from '../display-text.js';
import type { Plan, ReplayPlanner } from './planner.js';
import { toReplayRecord } from './replay-record.js';

/** Records that would fail again for the same reason. */
export interface FailureGroup {
  readonly reason: string;
  readonly count: number;
  /** The position of one of them. */
  readonly example: string;
}

/** What a replay would do, and which records the current handlers would accept. */
export interface DryRunReport {
  readonly deadLetterTopic: string;
  readonly dryRun: true;
  /** Number of records that would be sent. */
  readonly wouldReplay: number;
  /** Number of these that their handlers would accept. */
  readonly wouldPass: number;
  readonly wouldFail: readonly FailureGroup[];
  readonly alreadyReplayed: number;
  readonly skipped: readonly SkippedGroup[];
  /** Some records that the transform changed. */
  readonly samples: readonly TransformSample[];
}

/** Options of a dry run. */
export interface DryRunOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Whether samples contain values. */
  readonly payload: boolean;
  readonly progressed: (checked: number) => void;
}

const SAMPLES = 3;

/** Decodes and validates the records that a replay would send, without sending them. */
export class DryRun {
  readonly #skipped = new RecordGroups<SkipReason>();
  readonly #failures = new RecordGroups<'rejected'>();
  readonly #samples: TransformSample[] = [];
  #checked = 0;
  #alreadyReplayed = 0;

  constructor(
    private readonly reader: PartitionReader,
    private readonly planner: ReplayPlanner,
    private readonly handlers: HandlerCatalog,
    private readonly options: DryRunOptions,
  ) {}

  async run(topic: string): Promise<DryRunReport> {
    for await (const logged of deadLettersOf(readerUntilAborted(this.options.signal, this.reader), topic)) {
      if (this.options.signal.aborted || this.#checked >= this.options.limit) break;
      const plan = await this.planner.plan(logged);
      if (plan.action === 'ignore') this.#alreadyReplayed += plan.replayed ? 1 : 0;
      if (plan.action === 'skip') this.#skipped.add(plan.reason, plan.detail, plan.deadLetter);
      if (plan.action === 'replay') await this.#check(plan);
    }
    const wouldFail = this.#failures.list();
    return {
      deadLetterTopic: topic,
      dryRun: true,
      wouldReplay: this.#checked,
      wouldPass: this.#checked - this.#failures.count,
      wouldFail: wouldFail.map(({ detail, count, positions }) => ({
        reason: detail,
        count,
        example: positions[0] ?? '',
      })),
      alreadyReplayed: this.#alreadyReplayed,
      skipped: toSkippedGroups(this.#skipped),
      samples: this.#samples,
    };
  }

  async #check({ deadLetter, record, destination }: Extract<Plan, { action: 'replay' }>): Promise<void> {
    this.#checked++;
    const group = destination.topic === deadLetter.originalTopic ? deadLetter.group : undefined;
    const rejection = await this.handlers.rejectionOf(destination.topic, group, record.value);
    if (rejection) this.#failures.add('rejected', describeError(rejection), deadLetter);
    if (this.#samples.length < SAMPLES) {
      const sample = toSample(
        positionText(deadLetter),
        toReplayRecord(deadLetter),
        record,
        this.options.payload,
      );
      if (sample) this.#samples.push(sample);
    }
    this.options.progressed(this.#checked);
  }
}
