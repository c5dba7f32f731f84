import type ms from 'ms';

const DELAY = String.raw`\d+(ms|s|m|h|d)`;
const DELAY_NAME = new RegExp(`^${DELAY}$`);
const RETRY_TOPIC = new RegExp(String.raw`\.retry\.${DELAY}$`);
const DEAD_LETTER_SUFFIX = '.dlt';

/** The dead-letter topic of a topic whose handler names no other. */
export function deadLetterTopicOf(topic: string): string {
  return topic + DEAD_LETTER_SUFFIX;
}

/** Whether a topic is one that `deadLetterTopicOf` names. */
export function isNamedForDeadLetters(topic: string): boolean {
  return topic.endsWith(DEAD_LETTER_SUFFIX);
}

/** Whether a text may name the delay of a retry topic. */
export function isDelayName(text: string): text is ms.StringValue {
  return DELAY_NAME.test(text);
}

/** Where a group's records of a topic wait for a time. */
export function retryTopicOf(topic: string, groupId: string, delay: string): string {
  return `${topic}.${toTopicPart(groupId)}.retry.${delay}`;
}

/** Whether a topic is one that records wait in for a time. */
export function isRetryTopic(topic: string): boolean {
  return RETRY_TOPIC.test(topic);
}

/** Whether a topic is one of those in which a group's records of a topic wait, whatever its delay. */
export function isRetryTopicOf(topic: string, source: string, groupId: string): boolean {
  const beginning = retryTopicOf(source, groupId, '');
  return topic.startsWith(beginning) && isDelayName(topic.slice(beginning.length));
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
  return isNamedForDeadLetters(topic) || isParkingTopic(topic) || isRetryTopic(topic);
}

/** Groups may be called what topics may not. */
function toTopicPart(groupId: string): string {
  return groupId.replaceAll(/[^a-zA-Z0-9._-]/g, '-');
}
