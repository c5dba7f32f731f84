import type { Clock, TopicPartition } from '../../../pipeline/index.js';
import type { GroupCoordinator } from '../group-coordinator.js';
import type { AssignedPartition } from '../membership/assignment.js';
import { errorName } from '../messages/error-codes.js';
import { offsetFetch } from '../messages/offset-fetch.js';
import type { LogOffsets } from './log-offsets.js';
import type { LogPosition } from './log-position.js';
import type { MemberIdentity } from './offset-commits.js';

/** Where a partition without a valid committed offset is read from. */
export type ResetPolicy = 'earliest' | 'latest' | 'none';

/** The dependencies of a look-up. */
export interface StartPositionsParts {
  readonly groupId: string;
  readonly member: { readonly identity: MemberIdentity | undefined };
  readonly coordinator: Pick<GroupCoordinator, 'send'>;
  readonly logOffsets: LogOffsets;
  readonly resetPolicyOf: (topic: string) => ResetPolicy;
  readonly clock: Clock;
}

/** Receives what a look-up finds. */
export interface PositionReceiver {
  /** Whether the partition is still to be looked up. */
  isWanted(partition: AssignedPartition): boolean;
  found(partition: AssignedPartition, position: LogPosition): void;
  /** The reset policy is `none`, and these partitions have no committed offset. */
  missing(partitions: readonly AssignedPartition[]): void;
  /** Access is denied. */
  denied(error: string): void;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
const DENIED = new Set(['GROUP_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED']);

/**
 * Looks up where assigned partitions are read from: the group's committed offset, or what the reset policy says. Only
 * partitions that were just assigned are asked for; a partition that stays keeps its position.
 */
export class StartPositions {
  constructor(private readonly parts: StartPositionsParts) {}

  /** Repeats the look-up until each partition has a position or is not wanted any more. Never rejects. */
  async find(partitions: readonly AssignedPartition[], receiver: PositionReceiver): Promise<void> {
    let left = partitions;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS)) {
      left = left.filter((each) => receiver.isWanted(each));
      if (left.length === 0) return;
      const found = await this.#findOnce(left, receiver).catch(() => new Set());
      left = left.filter((each) => !found.has(each));
      if (left.length > 0) await new Promise<void>((resolve) => this.parts.clock.schedule(retryMs, resolve));
    }
  }

  /** @returns the partitions for which nothing is left to be done */
  async #findOnce(
    partitions: readonly AssignedPartition[],
    receiver: PositionReceiver,
  ): Promise<ReadonlySet<AssignedPartition>> {
    const committed = await this.#committed(partitions, receiver);
    const done = new Set<AssignedPartition>();
    const without: AssignedPartition[] = [];
    for (const each of partitions) {
      const position = committed.get(nameOf(each));
      if (position === 'none') without.push(each);
      else if (position && receiver.isWanted(each)) {
        receiver.found(each, position);
        done.add(each);
      }
    }
    const missing = without.filter(({ topic }) => this.parts.resetPolicyOf(topic) === 'none');
    if (missing.length > 0) receiver.missing(missing);
    const listed = await this.parts.logOffsets.find(
      without.filter((each) => !missing.includes(each)),
      ({ topic }) => (this.parts.resetPolicyOf(topic) === 'latest' ? 'latest' : 'earliest'),
    );
    for (const [each, position] of listed) {
      if (receiver.isWanted(each)) receiver.found(each, position);
      done.add(each);
    }
    return new Set([...done, ...missing]);
  }

  /** Partitions whose committed offset is not known yet are left out: a transaction with their offsets may be open. */
  async #committed(
    partitions: readonly AssignedPartition[],
    receiver: PositionReceiver,
  ): Promise<ReadonlyMap<string, LogPosition | 'none'>> {
    const { groupId, member, coordinator } = this.parts;
    const committed = new Map<string, LogPosition | 'none'>();
    if (!member.identity) return committed;
    const topics = Array.from(
      Map.groupBy(partitions, ({ topic }) => topic),
      ([topic, those]) => ({
        topic,
        partitions: those.map(({ partition }) => partition),
      }),
    );
    const answer = await coordinator.send(offsetFetch, { groupId, ...member.identity, topics });
    if (DENIED.has(errorName(answer.errorCode))) receiver.denied(errorName(answer.errorCode));
    if (answer.errorCode !== 0) return committed;
    for (const { topic, partitions: those } of answer.topics) {
      for (const { partition, offset, leaderEpoch, errorCode } of those) {
        if (DENIED.has(errorName(errorCode))) receiver.denied(errorName(errorCode));
        if (errorCode !== 0) continue;
        committed.set(nameOf({ topic, partition }), offset < 0n ? 'none' : { offset, leaderEpoch });
      }
    }
    return committed;
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
