import { isDeepStrictEqual } from 'node:util';
import type { PartitionReader } from '../../client/index.js';
import { describeError } from '../../pipeline/index.js';
import type { LoggedDeadLetter } from '../reading/dead-letter-log.js';
import type { DeadLetter } from '../../redelivery/index.js';
import { type Filter, matches } from '../reading/filter.js';
import type { SkipReason } from './record-groups.js';
import { type Destination, destinationOf, type ReplayRecord, toReplayRecord } from './replay-record.js';
import type { AppliedTransform } from './transform.js';

/** What a replay does with a dead letter. */
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

/** Options of a replay that decide which records are sent, and where. */
export interface PlannerOptions {
  readonly filter: Filter;
  /** Replaces each record's original topic. */
  readonly to: string | undefined;
  readonly maxReplays: number;
  readonly transform: AppliedTransform | undefined;
  /** Whether a record may be sent back to this topic for this group: without a handler, it would not be handled. */
  readonly mayReplayTo: (topic: string, group: string) => boolean;
}

/** Decides for each dead letter whether it is sent, with what content, and where. */
export class ReplayPlanner {
  readonly #partitions = new Map<string, Promise<ReadonlySet<number> | undefined>>();

  constructor(
    private readonly reader: Pick<PartitionReader, 'bounds'>,
    private readonly options: PlannerOptions,
  ) {}

  async plan({ deadLetter, replayed }: LoggedDeadLetter): Promise<Plan> {
    const { filter, to = deadLetter.originalTopic, maxReplays, transform, mayReplayTo } = this.options;
    const isSelected = matches(deadLetter, filter);
    if (!isSelected || replayed) return { action: 'ignore', replayed: isSelected && replayed };
    const skip = (reason: SkipReason, detail: string): Plan => ({
      action: 'skip',
      deadLetter,
      reason,
      detail,
    });
    if (deadLetter.replays >= maxReplays)
      return skip('max-replays', `failed again after ${deadLetter.replays} replays`);
    if (to === undefined) return skip('no-original-topic', 'no header names its original topic; give --to');
    const partitions = await this.#partitionsOf(to);
    if (!partitions) return skip('unknown-topic', `there is no topic ${to}`);

    const { group } = deadLetter;
    if (to === deadLetter.originalTopic && group !== undefined && !mayReplayTo(to, group)) {
      return skip(
        'no-handler',
        `this version has no handler of group ${group} for ${to}, and no other group handles a replay for it; ` +
          '--any-group sends it anyway, --to sends it to another topic',
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
      return skip('truncated', `only a part of ${parts} was stored; a transform can set them`);
    }
    return {
      action: 'replay',
      deadLetter,
      record,
      destination: destinationOf(deadLetter, record, to, partitions),
    };
  }

  /** The partition numbers of a topic; undefined if the topic does not exist. */
  #partitionsOf(topic: string): Promise<ReadonlySet<number> | undefined> {
    const known = this.#partitions.get(topic) ?? this.#request(topic);
    this.#partitions.set(topic, known);
    return known;
  }

  async #request(topic: string): Promise<ReadonlySet<number> | undefined> {
    try {
      return new Set((await this.reader.bounds(topic)).map(({ partition }) => partition));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'UNKNOWN_TOPIC') return undefined;
      throw error;
    }
  }
}
