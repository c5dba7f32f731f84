import type { Message, Throttled } from './messages/message.js';

/** Sends requests to brokers. Connections, logins and waits for quotas are its business. */
export interface Brokers {
  /**
   * @param nodeId the broker's id; `'any'` for any broker
   * @throws if the broker cannot be reached, or does not answer in time
   */
  send<Question, Answer extends Throttled>(
    nodeId: number | 'any',
    message: Message<Question, Answer>,
    question: Question,
  ): Promise<Answer>;
}
