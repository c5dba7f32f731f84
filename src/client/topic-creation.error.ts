/** The brokers did not create a topic that the service needs, or did not add partitions to it. */
export class TopicCreationError extends Error {
  readonly code = 'TOPIC_NOT_CREATED';

  /**
   * @param type Kafka's name for the reason, such as `POLICY_VIOLATION`
   * @param said the broker's own words
   */
  constructor(
    readonly topic: string,
    readonly type: string,
    said: string,
  ) {
    const what =
      type === 'POLICY_VIOLATION'
        ? `a policy of the brokers (create.topic.policy.class.name) refuses the topic ${topic}: ${said}; create ` +
          'the topic in a way that the policy accepts, or have the policy accept it'
        : `the brokers do not create the topic ${topic} (${type}: ${said}); create it, or remove what they object to`;
    super(what);
    this.name = 'TopicCreationError';
  }
}
