import { CodedError } from '../errors/index.js';

/** The brokers did not create a topic that the service needs, or did not add partitions to it. */
export class TopicCreationError extends CodedError {
  readonly code = 'TOPIC_NOT_CREATED';

  /**
   * @param type Kafka's name for the reason, such as `POLICY_VIOLATION`
   * @param brokerMessage the broker's own words
   */
  constructor(
    readonly topic: string,
    readonly type: string,
    brokerMessage: string,
  ) {
    super(
      type === 'POLICY_VIOLATION'
        ? `a policy of the brokers (create.topic.policy.class.name) refuses the topic ${topic}: ${brokerMessage}; ` +
            'create the topic in a way that the policy accepts, or change the policy'
        : `the brokers do not create the topic ${topic} (${type}: ${brokerMessage}); create it, or remove the reason`,
    );
  }
}
