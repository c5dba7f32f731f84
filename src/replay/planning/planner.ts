import { isDeepStrictEqual } from 'node:util';
import type { PartitionReader } from '../../client/index.js';
import { describeError } from '../../pipeline/index.js';
import type { LoggedDeadLetter } from '../reading/dead-letter-log.js';
import type { DeadLetter } from '../../redelivery/index.js';
import { type Filter, matches } from '../reading/filter.js';
import type { SkipReason } from './record-groups.js';
import { type Destination, destinationOf, type ReplayRecord, toReplayRecord } from './replay-record.js';
import type { AppliedTransform } from './transform.js';

/** What is to happen with a dead letter. */
export type Plan =
  | { readonly action: 'ignore'; readonly replayed: boolean }
  | {
      readonly action: 'skip';
      readonly deadLetter: DeadLetter;
      readonly reason: SkipReason;
      readonly detail: string;
    }
  | {
      readonly action: 'replay';
      readonly deadLetter: DeadLetter;
      readonly record: ReplayRecord;
      readonly destination: Destination;
    };

/** What a replay was asked for. */
export interface PlannerOptions {
  readonly filter: Filter;
  /** Instead of each record's original topic. */
  readonly to: string | undefined;
  readonly maxReplays: number;
  readonly transform: AppliedTransform | undefined;
  /** Whether a group may be sent back what it failed at: what it has no handler for is passed over by all. */
  readonly mayReplayTo: (topic: string, group: string) => boolean;
}

/** Decides for each dead letter whether, as what and where to it goes back. */
export class ReplayPlanner {
  readonly #partitions = new Map<string, Promise<ReadonlySet<number> | undefined>>();

  constructor(
    private readonly reader: Pick<PartitionReader, 'bounds'>,
    private readonly options: PlannerOptions,
  ) {}

  async plan({ deadLetter, replayed }: LoggedDeadLetter): Promise<Plan> {
    const {
      filter,
      to = deadLetter.originalTopic,
      maxReplays,
      transform,
      mayReplayTo: mayGoBackTo,
    } = this.options;
    const isMeant = matches(deadLetter, filter);
    if (!isMeant || replayed) return { action: 'ignore', replayed: isMeant && replayed };
    const skip = (reason: SkipReason, detail: string): Plan => ({
      action: 'skip',
      deadLetter,
      reason,
      detail,
    });
    if (deadLetter.replays >= maxReplays)
      return skip('max-replays', `came back after ${deadLetter.replays} replays`);
    if (to === undefined) return skip('no-original-topic', 'no header says where it came from; give --to');
    const partitions = await this.#partitionsOf(to);
    if (!partitions) return skip('unknown-topic', `there is no topic ${to}`);

    const { group } = deadLetter;
    if (to === deadLetter.originalTopic && group !== undefined && !mayGoBackTo(to, group)) {
      return skip(
        'no-handler',
        `this version has no handler of group ${group} for ${to}, and no other group would take it; ` +
          '--any-group sends it all the same, --to sends it elsewhere',
      );
    }

    const original = toReplayRecord(deadLetter);
    let record: ReplayRecord | null = original;
    try {
      if (transform) record = await transform(deadLetter, original);
    } catch (error) {
      return skip('transform-failed', describeError(error));
    }
    if (record === null) return skip('transform-null', 'the transform returned null');
    const isAsStored = (part: keyof ReplayRecord): boolean =>
      isDeepStrictEqual(record?.[part], original[part]);
    const cut = deadLetter.cut.filter(({ part }) => isAsStored(part));
    if (cut.length > 0) {
      const parts = cut.map(({ part, fromBytes }) => `the ${fromBytes} bytes of its ${part}`).join(', of ');
      return skip('truncated', `only a part of ${parts} was stored; a transform may set them`);
    }
    return {
      action: 'replay',
      deadLetter,
      record,
      destination: destinationOf(deadLetter, record, to, partitions),
    };
  }

  /** The numbers of a topic's partitions; undefined where there is no such topic. */
  #partitionsOf(topic: string): Promise<ReadonlySet<number> | undefined> {
    const known = this.#partitions.get(topic) ?? this.#ask(topic);
    this.#partitions.set(topic, known);
    return known;
  }

  async #ask(topic: string): Promise<ReadonlySet<number> | undefined> {
    try {
      return new Set((await this.reader.bounds(topic)).map(({ partition }) => partition));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'UNKNOWN_TOPIC') return undefined;
      throw error;
    }
  }
}
