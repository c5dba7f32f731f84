/** A topic's id (KIP-516) in hexadecimal digits. A topic that is recreated has another one. */
export type TopicId = string;

/** The id that stands for none. */
export const NO_TOPIC_ID: TopicId = '0'.repeat(32);

/**
 * One version of a request of Kafka's protocol and of its answer. All of them are flexible (KIP-482): the header of
 * the request and of the answer ends with tagged fields, which `write` and `read` include.
 */
export interface Message<Question, Answer> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  /** @returns the end of the request's header, and its body */
  write(question: Question): Buffer;
  /**
   * @param bytes what follows the correlation id of an answer
   * @throws RangeError if it is no such answer
   */
  read(bytes: Buffer): Answer;
}

/** What every answer begins with. */
export interface Throttled {
  /** How long the client waits before its next request to this broker, in ms (KIP-219). */
  readonly throttleTimeMs: number;
}
