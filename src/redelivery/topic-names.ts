import { createHash } from 'node:crypto';
import type ms from 'ms';

const DELAY = String.raw`\d{1,10}(ms|s|m|h|d)`;
const DELAY_NAME = new RegExp(`^${DELAY}$`);
const RETRY_TOPIC = new RegExp(String.raw`\.retry\.${DELAY}$`);
const DEAD_LETTER_SUFFIX = '.dlt';
const RETRY = '.retry.';
const PARKED = '.parked';

/** The longest name that Kafka takes for a topic. */
const NAME_LIMIT = 249;
/** Kept free for the longest suffix, `.retry.` with a delay. */
const SUFFIX_LIMIT = 20;
/** The most that a group's part of a name takes. */
const GROUP_LIMIT = 80;

const PLAIN_GROUP = /^[a-zA-Z0-9-]+$/;
const PLAIN_TOPIC = /^[a-zA-Z0-9._-]+$/;
/** How a part ends that is not the text itself. A text that ends like this is never a part by itself. */
const HASHED = /-x[0-9a-f]{16}$/;
const HASH_LENGTH = 18;

/** The dead-letter topic of a topic whose handler names no other. */
export function deadLetterTopicOf(topic: string): string {
  return partOf(topic, PLAIN_TOPIC, NAME_LIMIT - DEAD_LETTER_SUFFIX.length) + DEAD_LETTER_SUFFIX;
}

/** Whether a topic is one that `deadLetterTopicOf` names. */
export function isDeadLetterTopicName(topic: string): boolean {
  return topic.endsWith(DEAD_LETTER_SUFFIX);
}

/** Whether a text may name the delay of a retry topic. */
export function isDelayName(text: string): text is ms.StringValue {
  return DELAY_NAME.test(text);
}

/** The retry topic of a topic, group and delay. */
export function retryTopicOf(topic: string, groupId: string, delay: string): string {
  return retryPrefixOf(topic, groupId) + delay;
}

/** What the names of a group's retry topics of a topic begin with; the name of the delay follows. */
export function retryPrefixOf(topic: string, groupId: string): string {
  return ownedName(topic, groupId) + RETRY;
}

/** Whether a topic is named like a retry topic. */
export function isRetryTopic(topic: string): boolean {
  return RETRY_TOPIC.test(topic);
}

/** Whether a topic is one of those in which a group's records of a topic wait, whatever its delay. */
export function isRetryTopicOf(topic: string, source: string, groupId: string): boolean {
  if (!isRetryTopic(topic)) return false;
  const prefix = retryPrefixOf(source, groupId);
  return topic.startsWith(prefix) && isDelayName(topic.slice(prefix.length));
}

/** The topic whose retry topic in a group this is; undefined where it is none, or the topic's name was cut for it. */
export function retrySourceOf(topic: string, groupId: string): string | undefined {
  const group = partOf(groupId, PLAIN_GROUP, GROUP_LIMIT);
  const source = topic.replace(RETRY_TOPIC, '').slice(0, -group.length - 1);
  return isRetryTopicOf(topic, source, groupId) ? source : undefined;
}

/** The parking topic of a topic and group. */
export function parkingTopicOf(topic: string, groupId: string): string {
  return ownedName(topic, groupId) + PARKED;
}

/** Whether a topic is one that `parkingTopicOf` names. */
export function isParkingTopic(topic: string): boolean {
  return topic.endsWith(PARKED);
}

/** Whether a topic is named like the topics that this service creates for failed records. */
export function isFailureTopic(topic: string): boolean {
  return isDeadLetterTopicName(topic) || isParkingTopic(topic) || isRetryTopic(topic);
}

/**
 * A name of two parts. No two pairs of topic and group share one, nor have names that Kafka takes for the same
 * because they differ in `.` and `_` alone: the group's part has neither, so it ends where the last dot is.
 */
function ownedName(topic: string, groupId: string): string {
  const group = partOf(groupId, PLAIN_GROUP, GROUP_LIMIT);
  return `${partOf(topic, PLAIN_TOPIC, NAME_LIMIT - SUFFIX_LIMIT - 1 - group.length)}.${group}`;
}

/** The text itself where it may be a part of a name; else what is readable of it, and its hash. */
function partOf(text: string, plain: RegExp, limit: number): string {
  if (text.length <= limit && plain.test(text) && !HASHED.test(text)) return text;
  const allowed = plain === PLAIN_GROUP ? /[^a-zA-Z0-9-]/g : /[^a-zA-Z0-9._-]/g;
  const readable = text.replaceAll(allowed, '-').slice(0, limit - HASH_LENGTH);
  return `${readable}-x${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
