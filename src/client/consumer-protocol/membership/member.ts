import {
  type HeartbeatAnswer,
  type HeartbeatQuestion,
  JOIN_EPOCH,
  LEAVE_EPOCH,
  LEAVE_STATIC_EPOCH,
  UNCHANGED_TIMEOUT,
} from '../messages/consumer-group-heartbeat.js';
import type { AssignedPartition, TopicNames } from './assignment.js';
import { heartbeatFailureOf } from './heartbeat-errors.js';
import type { MemberEffect, MemberState } from './member-effects.js';
import type { MemberSettings } from './member-settings.js';
import { Reconciliation } from './reconciliation.js';

/** Stands for everything that has not changed since the heartbeat before. */
const SAME = {
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: UNCHANGED_TIMEOUT,
  subscribedTopicNames: null,
  serverAssignor: null,
  topicPartitions: null,
};

/** `release` removes a former id of the member from the group. */
type SentKind = 'heartbeat' | 'leave' | 'release';

/** What the coordinator may not have received yet. */
interface Unsent {
  readonly settings: boolean;
  readonly topics: boolean;
  readonly owned: boolean;
}

const NOTHING: Unsent = { settings: false, topics: false, owned: false };
const EVERYTHING: Unsent = { settings: true, topics: true, owned: true };

/**
 * One member of a group of the new protocol (KIP-848): which heartbeat it sends next, and what follows from the answer.
 * It does no I/O and knows no time. One heartbeat at a time is sent: each `request` is followed by `answered`,
 * `refused` or `unanswered`. Heartbeats go on while partitions are drained.
 */
export class Member {
  #phase: 'unjoined' | 'joining' | 'member' | 'fenced' | 'leaving' | 'left' = 'unjoined';
  #memberId: string;
  #epoch = JOIN_EPOCH;
  #intervalMs = 0;
  #isDue = false;
  #topics: readonly string[] = [];
  #unsent = EVERYTHING;
  #sent: SentKind | undefined;
  /** An id under which the group may still know this member: it is removed before the member joins under another id. */
  #formerId: string | undefined;
  readonly #reconciliation = new Reconciliation();

  constructor(private readonly settings: MemberSettings) {
    this.#memberId = settings.newMemberId();
  }

  get state(): MemberState {
    if (this.#phase !== 'member') return this.#phase;
    if (this.#reconciliation.isComplete) return 'stable';
    return this.#reconciliation.step === 'acknowledging' ? 'acknowledging' : 'reconciling';
  }

  /** How long to wait between two heartbeats, in ms; 0 before the first answer. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Whether the next heartbeat is to be sent at once, and not after the interval. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** With what the member's requests prove its membership; undefined while it is no member. */
  get identity(): { readonly memberId: string; readonly memberEpoch: number } | undefined {
    if (this.#phase !== 'member') return undefined;
    return { memberId: this.#memberId, memberEpoch: this.#epoch };
  }

  /** The partitions that the member owns, including those that it drains, without those that it has given up. */
  get owned(): AssignedPartition[] {
    return this.#reconciliation.owned;
  }

  join(topics: readonly string[]): void {
    if (this.#phase !== 'unjoined') return;
    this.#topics = topics;
    this.#phase = 'joining';
    this.#isDue = true;
  }

  /** Changes the subscribed topics. */
  subscribe(topics: readonly string[]): void {
    this.#topics = topics;
    this.#unsent = { ...this.#unsent, topics: true };
    if (this.#phase === 'member') this.#isDue = true;
  }

  /** Leaves the group with the next heartbeat. Its partitions are to be drained before. */
  leave(): void {
    if (this.#phase === 'leaving' || this.#phase === 'left') return;
    const mayBeKnown = this.#phase === 'member' || this.#phase === 'joining' || this.#formerId !== undefined;
    this.#phase = mayBeKnown ? 'leaving' : 'left';
    this.#isDue = mayBeKnown;
  }

  /** @returns the next heartbeat; undefined if there is none to be sent in this state */
  request(): HeartbeatQuestion | undefined {
    if (this.#phase === 'unjoined' || this.#phase === 'fenced' || this.#phase === 'left') return undefined;
    this.#isDue = false;
    if (this.#formerId !== undefined) {
      this.#sent = 'release';
      return this.#leaving(this.#formerId);
    }
    if (this.#phase === 'leaving') {
      this.#sent = 'leave';
      return this.#leaving(this.#memberId);
    }
    const unsent = this.#unsent;
    this.#sent = 'heartbeat';
    this.#unsent = NOTHING;
    const { groupId, instanceId, rackId, rebalanceTimeoutMs, serverAssignor } = this.settings;
    return {
      ...SAME,
      ...(unsent.settings ? { instanceId, rackId, rebalanceTimeoutMs, serverAssignor } : {}),
      groupId,
      memberId: this.#memberId,
      memberEpoch: this.#epoch,
      subscribedTopicNames: unsent.topics ? this.#topics : null,
      topicPartitions: unsent.owned ? this.#reconciliation.ownedTopics : null,
    };
  }

  answered({ memberEpoch, heartbeatIntervalMs, assignment }: HeartbeatAnswer): MemberEffect[] {
    const sent = this.#takeSent();
    if (sent === 'release') return this.#released();
    if (sent === 'leave') this.#phase = 'left';
    if (this.#phase === 'joining') this.#phase = 'member';
    // The heartbeat was sent before the member was told to leave.
    if (this.#phase !== 'member') return [];
    this.#epoch = memberEpoch;
    this.#intervalMs = heartbeatIntervalMs;
    if (assignment) this.#reconciliation.retarget(assignment);
    if (!this.#unsent.owned) this.#reconciliation.acknowledged();
    return this.#reconciliation.next();
  }

  /** @param error Kafka's name of the error with which the coordinator answered */
  refused(error: string, detail: string | null = null): MemberEffect[] {
    const sent = this.#takeSent();
    const failure = heartbeatFailureOf(error);
    if (failure === 'coordinator moved' || failure === 'retry') {
      this.#unsent = EVERYTHING;
      return failure === 'retry' ? [] : [{ kind: 'find coordinator' }];
    }
    if (sent === 'release') return this.#released();
    if (this.#phase === 'leaving' && sent === 'leave') this.#phase = 'left';
    if (this.#phase === 'leaving' || this.#phase === 'left') return [];
    if (failure === 'refused') {
      this.#phase = 'left';
      return [{ kind: 'end', error, detail }];
    }
    return this.#fence(failure === 'fenced', error);
  }

  /** The connection broke, or no answer arrived in time: the coordinator may have received the heartbeat or not. */
  unanswered(): MemberEffect[] {
    const sent = this.#takeSent();
    if (sent === 'heartbeat' && this.#phase === 'joining') {
      // Kafka 4.1 refuses to let a member join twice under one id (KAFKA-19233).
      this.#formerId = this.#memberId;
      this.#memberId = this.settings.newMemberId();
    }
    this.#unsent = EVERYTHING;
    return [{ kind: 'find coordinator' }];
  }

  /** @param names those of the topics that were looked up; a topic that no longer exists is not among them */
  topicsKnown(names: TopicNames): MemberEffect[] {
    const effects = this.#reconciliation.topicsKnown(names);
    if (this.#reconciliation.step === 'acknowledging') this.#acknowledge();
    return effects;
  }

  /** @returns the next step of the reconciliation, if one is to be begun: a topic may be known by now */
  continue(): MemberEffect[] {
    return this.#phase === 'member' ? this.#reconciliation.next() : [];
  }

  /** The topics could not be looked up. */
  topicsUnknown(): void {
    this.#reconciliation.topicsUnknown();
  }

  /** The partitions of a revocation are drained and their offsets committed. @returns false if they were lost meanwhile */
  revoked(revocation: number): boolean {
    const isCurrent = this.#reconciliation.revoked(revocation);
    if (isCurrent) this.#acknowledge();
    return isCurrent;
  }

  /** The partitions of a removed member are dropped; it joins again under a new id. */
  dropped(): void {
    if (this.#phase !== 'fenced') return;
    this.#memberId = this.settings.newMemberId();
    this.#phase = 'joining';
    this.#isDue = true;
  }

  /** Sends no more heartbeats, whatever the group knows. */
  abandon(): void {
    this.#phase = 'left';
  }

  #acknowledge(): void {
    this.#unsent = { ...this.#unsent, owned: true };
    if (this.#phase === 'member') this.#isDue = true;
  }

  #fence(isStillKnown: boolean, why: string): MemberEffect[] {
    this.#phase = 'fenced';
    this.#epoch = JOIN_EPOCH;
    this.#unsent = EVERYTHING;
    this.#formerId = isStillKnown ? this.#memberId : undefined;
    return [{ kind: 'fence', partitions: this.#reconciliation.reset(), why }];
  }

  #released(): MemberEffect[] {
    this.#formerId = undefined;
    this.#isDue = true;
    return [];
  }

  #leaving(memberId: string): HeartbeatQuestion {
    const { groupId, instanceId } = this.settings;
    const memberEpoch = instanceId === null ? LEAVE_EPOCH : LEAVE_STATIC_EPOCH;
    return { ...SAME, groupId, memberId, memberEpoch, instanceId };
  }

  #takeSent(): SentKind | undefined {
    const sent = this.#sent;
    this.#sent = undefined;
    return sent;
  }
}
