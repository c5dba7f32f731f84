import { CodedError } from '../errors/index.js';

/** A test delivers a record to a topic that no handler reads. */
export class TopicWithoutHandlerError extends CodedError {
  readonly code = 'TOPIC_WITHOUT_HANDLER';

  /** @param handlers topics and patterns with their handlers, for the message */
  constructor(
    readonly topic: string,
    handlers: readonly string[],
    groupId?: string,
  ) {
    const inGroup = groupId === undefined ? '' : ` in the group ${groupId}`;
    super(`no handler reads the topic ${topic}${inGroup}; topics with handlers: ${handlers.join(', ')}`);
  }
}

/** A handler did not return. */
export class HandlerHangsError extends CodedError {
  readonly code = 'HANDLER_HANGS';

  /**
   * @param call the record and its handler
   * @param wait what the handler waits for; undefined if unknown
   */
  constructor(call: string, afterMs: number, wait: string | undefined) {
    super(
      `${call} has not returned within ${afterMs} ms${wait === undefined ? '' : ` (it waits for ${wait})`}: it awaits ` +
        'something that never happens in this test, or it is slow: raise the option hangAfterMs',
    );
  }
}

/** The transport of a test was used before it was started. */
export class KafkaTestingNotStartedError extends CodedError {
  readonly code = 'KAFKA_TESTING_NOT_STARTED';

  constructor() {
    super(
      'nothing is consumed yet: await kafka.start(), or connectKafka(app) and await app.startAllMicroservices() in a ' +
        'test with an application',
    );
  }
}
