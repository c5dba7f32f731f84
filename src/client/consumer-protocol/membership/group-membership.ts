import { type Cancel, type Clock, describeError } from '../../../pipeline/index.js';
import type { HeartbeatAnswer, HeartbeatQuestion } from '../messages/consumer-group-heartbeat.js';
import { BrokerAnswerError, errorName } from '../messages/error-codes.js';
import type { TopicId } from '../messages/message.js';
import type { AssignedPartition, TopicNames } from './assignment.js';
import { deferred } from './deferred.js';
import type { Member } from './member.js';
import type { MemberEffect } from './member-effects.js';

/** The group's coordinator, and the topics' names. */
export interface Coordinator {
  /** Sends a heartbeat to the coordinator, which is looked up first if it is not known. */
  heartbeat(question: HeartbeatQuestion): Promise<HeartbeatAnswer>;
  /** The coordinator is looked up before the next heartbeat. */
  forget(): void;
  /** Looks up topics in fresh metadata. @returns those that exist */
  topicNames(topicIds: readonly TopicId[]): Promise<TopicNames>;
}

/** Events of a membership. None of the methods may throw, and `revoking` may not reject. */
export interface MembershipListener {
  /** The member takes over partitions. */
  assigned(partitions: readonly AssignedPartition[]): void;
  /** The member gives up partitions. Their offsets may be committed until this resolves. */
  revoking(partitions: readonly AssignedPartition[]): Promise<void>;
  /** The partitions of a revocation are not the member's any more. */
  revoked(partitions: readonly AssignedPartition[]): void;
  /** Partitions are not the member's any more; nothing of them can be committed. */
  lost(partitions: readonly AssignedPartition[], why: string): void;
  /** The coordinator has answered a heartbeat. */
  heartbeat(): void;
  /** The group does not accept the member, or cannot be reached; it sends no more heartbeats. */
  ended(error: Error): void;
}

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 2_000;
/** How many heartbeats in a row may fail. In all, they take long enough for a coordinator to restart. */
const MAX_FAILURES = 12;
/** A stop does not wait for a coordinator that is away. */
const LEAVE_ATTEMPTS = 3;
/** When to look up a topic again that the metadata did not know, in ms. */
const LOOK_UP_AGAIN_MS = 500;

/** Sends the heartbeats of a member and carries out what follows from their answers. */
export class GroupMembership {
  #failures = 0;
  #leaveAttempts = 0;
  #isJoined = false;
  #hasLeft = true;
  #cancelLookUp: Cancel = () => undefined;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  readonly #joined = deferred();
  #answered = deferred();

  constructor(
    readonly member: Member,
    private readonly coordinator: Coordinator,
    private readonly listener: MembershipListener,
    private readonly clock: Clock,
  ) {}

  /** Joins the group. @throws the reason why the group does not accept the member */
  join(topics: readonly string[]): Promise<void> {
    this.member.join(topics);
    this.#running ??= this.#run();
    return this.#joined.promise;
  }

  /** Changes the subscribed topics. */
  subscribe(topics: readonly string[]): void {
    this.member.subscribe(topics);
    this.#wake();
  }

  /** Leaves the group. @returns false if the group may not know that the member has left */
  async leave(): Promise<boolean> {
    this.member.leave();
    this.#wake();
    await this.#running;
    this.#joined.resolve();
    return this.#hasLeft;
  }

  /** Resolves after the next answer to a heartbeat, or when there will be none. */
  async nextHeartbeat(): Promise<void> {
    if (this.member.state !== 'left') await this.#answered.promise;
  }

  async #run(): Promise<void> {
    while (this.member.state !== 'left') {
      if (this.#failures > 0)
        await this.#pause(Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS));
      else if (!this.member.isDue) await this.#untilDue();
      const question = this.member.request();
      if (question) await this.#send(question);
    }
    this.#cancelLookUp();
    this.#answered.resolve();
  }

  async #send(question: HeartbeatQuestion): Promise<void> {
    const isLeaving = this.member.state === 'leaving';
    if (isLeaving && ++this.#leaveAttempts > LEAVE_ATTEMPTS) {
      this.#abandon(true);
      return;
    }
    try {
      const answer = await this.coordinator.heartbeat(question);
      const error = errorName(answer.errorCode);
      if (error === 'NONE') this.#perform(this.#answeredWith(answer));
      else this.#perform(this.#refusedWith(error, answer.errorMessage));
    } catch (error) {
      this.#failures++;
      this.#perform(this.member.unanswered());
      if (this.#failures >= MAX_FAILURES && !isLeaving) this.#end(error, true);
    }
  }

  #answeredWith(answer: HeartbeatAnswer): readonly MemberEffect[] {
    this.#failures = 0;
    const effects = this.member.answered(answer);
    if (this.member.identity) {
      this.#isJoined = true;
      this.#joined.resolve();
    }
    this.listener.heartbeat();
    this.#answered.resolve();
    this.#answered = deferred();
    return effects;
  }

  #refusedWith(error: string, detail: string | null): readonly MemberEffect[] {
    const effects = this.member.refused(error, detail);
    const isRetry = effects.every(({ kind }) => kind === 'find coordinator') && !this.member.isDue;
    this.#failures = isRetry ? this.#failures + 1 : 0;
    return effects;
  }

  #perform(effects: readonly MemberEffect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: MemberEffect): void {
    switch (effect.kind) {
      case 'look up':
        void this.#lookUp(effect.topicIds);
        return;
      case 'revoke':
        void this.#revoke(effect.revocation, effect.partitions);
        return;
      case 'assign':
        this.listener.assigned(effect.partitions);
        return;
      case 'lose':
        this.listener.lost(effect.partitions, 'their topic no longer exists');
        return;
      case 'fence':
        this.listener.lost(effect.partitions, `the group has removed the member: ${effect.why}`);
        this.member.dropped();
        return;
      case 'find coordinator':
        this.coordinator.forget();
        return;
      case 'end':
        this.#end(
          new BrokerAnswerError(effect.error, 'ConsumerGroupHeartbeat', effect.detail),
          this.#isJoined,
        );
    }
  }

  async #lookUp(topicIds: readonly TopicId[]): Promise<void> {
    try {
      this.#perform(this.member.topicsKnown(await this.coordinator.topicNames(topicIds)));
    } catch {
      this.member.topicsUnknown();
    }
    this.#wake();
    this.#cancelLookUp();
    if (this.member.state !== 'reconciling') return;
    this.#cancelLookUp = this.clock.schedule(LOOK_UP_AGAIN_MS, () => this.#perform(this.member.continue()));
  }

  async #revoke(revocation: number, partitions: readonly AssignedPartition[]): Promise<void> {
    await this.listener.revoking(partitions);
    if (this.member.revoked(revocation)) this.listener.revoked(partitions);
    this.#wake();
  }

  /** @param mayBeKnown whether the group may still know the member */
  #end(cause: unknown, mayBeKnown: boolean): void {
    const error = cause instanceof Error ? cause : new Error(describeError(cause));
    this.#abandon(mayBeKnown);
    this.#joined.reject(error);
    this.listener.ended(error);
  }

  #abandon(mayBeKnown: boolean): void {
    this.#hasLeft = !mayBeKnown;
    this.member.abandon();
  }

  /** Waits for the interval between two heartbeats, or until one is due. */
  async #untilDue(): Promise<void> {
    const { intervalMs } = this.member;
    await new Promise<void>((resolve) => {
      const cancel = intervalMs > 0 ? this.clock.schedule(intervalMs, resolve) : undefined;
      this.#wake = () => {
        if (!this.member.isDue && this.member.state !== 'left') return;
        cancel?.();
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  /** Waits before a heartbeat is repeated; not if the member is to leave. */
  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.clock.schedule(ms, resolve);
      this.#wake = () => {
        if (this.member.state !== 'leaving') return;
        cancel();
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
