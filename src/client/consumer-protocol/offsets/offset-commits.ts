import type { TopicPartition, TopicPartitionOffset } from '../../../pipeline/index.js';
import type { GroupCoordinator } from '../group-coordinator.js';
import type { AssignedPartition } from '../membership/assignment.js';
import { BrokerAnswerError, errorName } from '../messages/error-codes.js';
import { offsetCommit } from '../messages/offset-commit.js';
import { NotOwnedError } from './not-owned.error.js';

/** With what a member proves its membership. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly memberEpoch: number;
}

/** The member whose offsets are committed. */
export interface CommittingMember {
  /** Undefined while it is no member. */
  readonly identity: MemberIdentity | undefined;
  /** The partitions that it owns, without those that it has given up. */
  readonly owned: readonly AssignedPartition[];
}

/** The dependencies of commits. */
export interface OffsetCommitsParts {
  readonly groupId: string;
  readonly instanceId: string | null;
  readonly member: CommittingMember;
  readonly coordinator: Pick<GroupCoordinator, 'send' | 'forget'>;
  /** Resolves after the next answer to a heartbeat, or when there will be none. */
  readonly nextHeartbeat: () => Promise<void>;
  /** The leader epoch of the record before an offset; -1 if it is not known. */
  readonly leaderEpochAt: (position: TopicPartitionOffset) => number;
}

const COORDINATOR_AWAY = new Set(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']);
/** How often a commit is repeated because the member's epoch has just changed. */
const STALE_RETRIES = 3;

/**
 * Commits offsets in the name of a member. The coordinator checks that it is a member, but not that it owns the
 * partitions: a commit for a partition that it has given up could overwrite its new owner's, and is not sent.
 */
export class OffsetCommits {
  constructor(private readonly parts: OffsetCommitsParts) {}

  /**
   * Commits with one request.
   * @throws BrokerAnswerError if the coordinator does not confirm all of the offsets; NotOwnedError if the member does not
   *   own one of the partitions
   */
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const error = await this.#commitOnce(offsets);
      if (error === undefined) return;
      if (error.type !== 'STALE_MEMBER_EPOCH' || attempt === STALE_RETRIES) throw error;
      await this.parts.nextHeartbeat();
    }
  }

  async #commitOnce(offsets: readonly TopicPartitionOffset[]): Promise<BrokerAnswerError | undefined> {
    const { groupId, instanceId, member, coordinator } = this.parts;
    const { identity } = member;
    const owned = new Set(member.owned.map(nameOf));
    const foreign = offsets.find((each) => !owned.has(nameOf(each)));
    if (!identity) throw new BrokerAnswerError('UNKNOWN_MEMBER_ID', 'OffsetCommit', 'not sent: no member');
    if (foreign) throw new NotOwnedError(foreign);
    const answer = await coordinator.send(offsetCommit, {
      groupId,
      instanceId,
      ...identity,
      topics: this.#topicsOf(offsets),
    });
    for (const { topic, partitions } of answer.topics) {
      for (const { partition, errorCode } of partitions) {
        if (errorCode === 0) continue;
        const type = errorName(errorCode);
        if (COORDINATOR_AWAY.has(type)) coordinator.forget();
        return new BrokerAnswerError(type, 'OffsetCommit', `${topic}[${partition}]`);
      }
    }
    return undefined;
  }

  #topicsOf(offsets: readonly TopicPartitionOffset[]): Parameters<typeof offsetCommit.write>[0]['topics'] {
    return Array.from(
      Map.groupBy(offsets, ({ topic }) => topic),
      ([topic, those]) => ({
        topic,
        partitions: those.map((each) => ({
          partition: each.partition,
          offset: BigInt(each.offset),
          leaderEpoch: this.parts.leaderEpochAt(each),
        })),
      }),
    );
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
