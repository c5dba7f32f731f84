import type { Brokers } from './brokers.js';
import type { Coordinator } from './membership/group-membership.js';
import {
  consumerGroupHeartbeat,
  type HeartbeatAnswer,
  type HeartbeatQuestion,
} from './messages/consumer-group-heartbeat.js';
import { BrokerAnswerError, errorName } from './messages/error-codes.js';
import { findCoordinator } from './messages/find-coordinator.js';
import type { Message, Throttled, TopicId } from './messages/message.js';
import { metadata } from './messages/metadata.js';

/** Sends requests to the broker that coordinates a group, and looks it up when it is not known. */
export class GroupCoordinator implements Coordinator {
  #nodeId: Promise<number> | undefined;

  constructor(
    private readonly groupId: string,
    private readonly brokers: Brokers,
  ) {}

  heartbeat(question: HeartbeatQuestion): Promise<HeartbeatAnswer> {
    return this.send(consumerGroupHeartbeat, question);
  }

  /** @throws BrokerAnswerError if the coordinator cannot be looked up */
  async send<Question, Answer extends Throttled>(
    message: Message<Question, Answer>,
    question: Question,
  ): Promise<Answer> {
    this.#nodeId ??= this.#find();
    const asked = this.#nodeId;
    try {
      return await this.brokers.send(await asked, message, question);
    } catch (error) {
      if (this.#nodeId === asked) this.forget();
      throw error;
    }
  }

  forget(): void {
    this.#nodeId = undefined;
  }

  async topicNames(topicIds: readonly TopicId[]): Promise<ReadonlyMap<TopicId, string>> {
    const { topics } = await this.brokers.send('any', metadata, { names: [], ids: topicIds });
    const names = new Map<TopicId, string>();
    for (const { errorCode, topic, topicId } of topics) {
      if (errorCode === 0 && topic !== null) names.set(topicId, topic);
    }
    return names;
  }

  async #find(): Promise<number> {
    const { errorCode, errorMessage, nodeId } = await this.brokers.send('any', findCoordinator, {
      groupId: this.groupId,
    });
    if (errorCode !== 0) throw new BrokerAnswerError(errorName(errorCode), 'FindCoordinator', errorMessage);
    return nodeId;
  }
}
