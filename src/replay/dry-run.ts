import type { PartitionReader } from '../client/index.js';
import { describeError } from '../pipeline/index.js';
import { deadLettersOf, until } from './dead-letter-log.js';
import { toSample, type TransformSample } from './differences.js';
import type { HandlerCatalog } from './handlers.js';
import { Groups, type LeftGroup, type LeftReason, toLeftGroups } from './left-behind.js';
import { positionText } from './legible.js';
import type { Plan, ReplayPlanner } from './planner.js';
import { toReplayRecord } from './replay-record.js';

/** Records that would fail again, for the same reason. */
export interface FailureGroup {
  readonly reason: string;
  readonly count: number;
  /** Where one of them lies. */
  readonly example: string;
}

/** What a replay would do, and what the handlers of now would say to the records. */
export interface DryRunReport {
  readonly deadLetterTopic: string;
  readonly dryRun: true;
  /** How many would be sent back. */
  readonly wouldReplay: number;
  /** How many of these are what their handlers accept. */
  readonly wouldPass: number;
  readonly wouldFail: readonly FailureGroup[];
  readonly alreadyReplayed: number;
  readonly left: readonly LeftGroup[];
  /** Some of the records that the transform has changed. */
  readonly samples: readonly TransformSample[];
}

/** How a dry run goes about it. */
export interface DryRunOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Whether samples show the values themselves. */
  readonly payload: boolean;
  readonly progressed: (checked: number) => void;
}

const SAMPLES = 3;

/** Decodes and validates what a replay would send, and writes nothing. */
export class DryRun {
  readonly #left = new Groups<LeftReason>();
  readonly #failures = new Groups<'refused'>();
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
    for await (const logged of deadLettersOf(until(this.options.signal, this.reader), topic)) {
      if (this.options.signal.aborted || this.#checked >= this.options.limit) break;
      const plan = await this.planner.plan(logged);
      if (plan.action === 'ignore') this.#alreadyReplayed += plan.replayed ? 1 : 0;
      if (plan.action === 'leave') this.#left.add(plan.reason, plan.detail, plan.letter);
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
      left: toLeftGroups(this.#left),
      samples: this.#samples,
    };
  }

  async #check({ letter, record, destination }: Extract<Plan, { action: 'replay' }>): Promise<void> {
    this.#checked++;
    const group = destination.topic === letter.originalTopic ? letter.group : undefined;
    const refusal = await this.handlers.refusal(destination.topic, group, record.value);
    if (refusal) this.#failures.add('refused', describeError(refusal), letter);
    if (this.#samples.length < SAMPLES) {
      const sample = toSample(positionText(letter), toReplayRecord(letter), record, this.options.payload);
      if (sample) this.#samples.push(sample);
    }
    this.options.progressed(this.#checked);
  }
}
