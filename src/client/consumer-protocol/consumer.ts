import type { CommitFailure, TopicPartition, TopicPartitionOffset } from '../../pipeline/index.js';
import type { ConsumerListener, GroupConsumerClient, NativeConsumer } from '../kafka-port.js';
import type { ConsumerProtocolParts } from './client-settings.js';
import { Fetcher } from './fetch/fetcher.js';
import type { FetchListener } from './fetch/fetch-listener.js';
import { TopicLeaders } from './fetch/topic-leaders.js';
import { GroupCoordinator } from './group-coordinator.js';
import type { AssignedPartition } from './membership/assignment.js';
import { GroupMembership, type MembershipListener } from './membership/group-membership.js';
import { Member } from './membership/member.js';
import { BrokerAnswerError } from './messages/error-codes.js';
import { missingVersions } from './messages/required-versions.js';
import { nativeConsumer } from './native-consumer.js';
import { LogOffsets } from './offsets/log-offsets.js';
import { OffsetCommits } from './offsets/offset-commits.js';
import { StartPositions } from './offsets/start-positions.js';
import { ProtocolUnavailableError } from './protocol-unavailable.error.js';

/** Errors of a commit after which the member must join again. */
const REJOIN = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'FENCED_INSTANCE_ID']);

/** Implements the consumer port with the group protocol of KIP-848. */
export class ConsumerProtocolClient implements GroupConsumerClient, MembershipListener {
  readonly crashed: Promise<Error>;
  /** Never resolves: a topic that no longer exists only leaves the assignment. */
  readonly outdated = new Promise<void>(() => undefined);
  readonly #member: Member;
  readonly #membership: GroupMembership;
  readonly #fetcher: Fetcher;
  readonly #commits: OffsetCommits;
  readonly #native: NativeConsumer;
  #topics: readonly string[] = [];
  /** The member's id in the last membership that was reported. */
  #reportedId: string | undefined;
  #isStopped = false;
  #reportCrash: (error: Error) => void = () => undefined;

  constructor(
    private readonly parts: ConsumerProtocolParts,
    private readonly listener: ConsumerListener,
  ) {
    this.crashed = new Promise((resolve) => (this.#reportCrash = resolve));
    const { brokers, clock } = parts;
    const { groupId, instanceId } = parts.member;
    const coordinator = new GroupCoordinator(groupId, brokers);
    this.#member = new Member(parts.member);
    this.#membership = new GroupMembership(this.#member, coordinator, this, clock);
    const leaders = new TopicLeaders(brokers);
    const logOffsets = new LogOffsets(brokers, leaders, parts.fetch.isolationLevel);
    const { resetPolicyOf } = parts.fetch;
    const member = this.#member;
    const positions = new StartPositions({ groupId, member, coordinator, logOffsets, resetPolicyOf, clock });
    const shared = { brokers, leaders, positions, logOffsets, clock };
    this.#fetcher = new Fetcher({ ...shared, settings: parts.fetch, listener: this.#fetchListener() });
    this.#commits = new OffsetCommits({
      groupId,
      instanceId,
      member,
      coordinator,
      nextHeartbeat: () => this.#membership.nextHeartbeat(),
      leaderEpochAt: (position) => this.#fetcher.leaderEpochAt(position),
    });
    this.#native = nativeConsumer({
      pause: (at) => this.pause(at),
      resume: (at) => this.resume(at),
      commit: (offsets) => this.commit(offsets),
      get owned() {
        return member.owned;
      },
    });
  }

  async connect(): Promise<void> {
    try {
      const missing = missingVersions(await this.parts.brokers.connect());
      if (missing.length > 0) throw new ProtocolUnavailableError(`without ${missing.join(', ')}`);
    } catch (error) {
      throw this.parts.explain(error, this.#topics);
    }
  }

  async start(topics: readonly string[]): Promise<void> {
    if (this.#isStopped) return;
    this.#topics = topics;
    try {
      await this.#membership.join(topics);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  native(): NativeConsumer {
    return this.#native;
  }

  async stop(): Promise<boolean> {
    this.#isStopped = true;
    this.#fetcher.stop();
    const hasLeft = await this.#membership.leave();
    await this.parts.brokers.disconnect();
    return hasLeft;
  }

  commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#commits.commit(offsets);
  }

  classify(error: unknown): CommitFailure {
    return error instanceof BrokerAnswerError && REJOIN.has(error.type) ? 'rejoin' : 'transient';
  }

  pause(partition: TopicPartition): void {
    this.#fetcher.pause(partition);
  }

  resume(partition: TopicPartition): void {
    this.#fetcher.resume(partition);
  }

  assigned(partitions: readonly AssignedPartition[]): void {
    if (this.#isStopped) return;
    this.#reportMembership();
    this.#fetcher.assigned(partitions);
  }

  async revoking(partitions: readonly AssignedPartition[]): Promise<void> {
    this.#fetcher.ending(partitions);
    if (!this.#isStopped) await this.listener.revoking(partitions);
  }

  revoked(partitions: readonly AssignedPartition[]): void {
    this.#fetcher.removed(partitions);
    this.#reportMembership();
  }

  lost(partitions: readonly AssignedPartition[], why: string): void {
    this.#fetcher.removed(partitions);
    if (this.#isStopped) return;
    this.parts.warn(`${partitions.length} partitions are lost: ${why}`);
    this.listener.lost(partitions);
    // A member that was removed reports its next membership once it has joined again.
    if (this.#member.identity) this.#reportMembership();
  }

  heartbeat(): void {
    if (this.#isStopped) return;
    this.listener.heartbeat();
    // A member without partitions is told of none.
    const { identity, state } = this.#member;
    if (state === 'stable' && identity?.memberId !== this.#reportedId) this.#reportMembership();
  }

  ended(error: Error): void {
    const explained = this.#explained(error);
    this.#reportCrash(explained instanceof Error ? explained : error);
  }

  #reportMembership(): void {
    const { identity, owned } = this.#member;
    if (!identity || this.#isStopped) return;
    const { memberId, memberEpoch } = identity;
    const continuous = memberId === this.#reportedId;
    this.#reportedId = memberId;
    this.listener.rebalanceEnded({
      memberId,
      generation: memberEpoch,
      assignment: owned.map(({ topic, partition }) => ({ topic, partition })),
      continuous,
      unlike: [],
      assignor: this.parts.member.serverAssignor ?? 'the default of the brokers',
    });
  }

  #fetchListener(): FetchListener {
    const { listener } = this;
    return {
      positionKnown: (position) => listener.positionKnown(position),
      roomAvailable: () => listener.roomAvailable(),
      fetched: (batch) => (this.#isStopped ? undefined : listener.fetched(batch)),
      batchUnreadable: (at, why) => listener.batchUnreadable(at, why),
      outOfRange: (position) => listener.outOfRange(position),
      truncated: (position, readUpTo) => {
        this.parts.warn(
          `${position.topic}[${position.partition}]: the log was truncated at offset ${position.offset}, after an unclean ` +
            `election of a leader; records from there up to ${readUpTo} that were read are not in the log any more`,
        );
        return listener.outOfRange(position);
      },
      failed: (error) => this.ended(error),
    };
  }

  #explained(error: unknown): unknown {
    if (error instanceof BrokerAnswerError && error.type === 'UNSUPPORTED_VERSION')
      return new ProtocolUnavailableError(error.message);
    return this.parts.explain(error, this.#topics);
  }
}
