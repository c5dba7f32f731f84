const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** Whether Kafka accepts a text as the name of a topic. */
export function isTopicName(text: string): boolean {
  return TOPIC_NAME.test(text);
}
