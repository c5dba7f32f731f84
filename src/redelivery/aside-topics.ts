/** The dead-letter topic of a topic whose handler names no other. */
export function deadLetterTopicOf(topic: string): string {
  return `${topic}.dlt`;
}

/** Where a group's records of a topic wait for a time. */
export function retryTopicOf(topic: string, groupId: string, delay: string): string {
  return `${topic}.${toTopicPart(groupId)}.retry.${delay}`;
}

/** Whether a topic is one that records wait in for a time. */
export function isRetryTopic(topic: string): boolean {
  return /\.retry\.\d+(ms|s|m|h|d)$/.test(topic);
}

/** Where a group keeps the records of a topic that are parked. */
export function parkedTopicOf(topic: string, groupId: string): string {
  return `${topic}.${toTopicPart(groupId)}.parked`;
}

/** Whether a topic is one that `parkedTopicOf` names. */
export function isParkingTopic(topic: string): boolean {
  return topic.endsWith('.parked');
}

/** Whether a topic is one of those that this service makes: a handler's pattern is never meant for them. */
export function isAsideTopic(topic: string): boolean {
  return /\.(dlt|parked)$/.test(topic) || isRetryTopic(topic);
}

/** Groups may be called what topics may not. */
function toTopicPart(groupId: string): string {
  return groupId.replaceAll(/[^a-zA-Z0-9._-]/g, '-');
}
