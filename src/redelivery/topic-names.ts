import { createHash } from 'node:crypto';
import type ms from 'ms';

const DELAY = String.raw`\d{1,10}(ms|s|m|h|d)`;
const DELAY_NAME = new RegExp(`^${DELAY}$`);
const RETRY_TOPIC = new RegExp(String.raw`\.retry\.${DELAY}$`);
const DEAD_LETTER_SUFFIX = '.dlt';
const RETRY = '.retry.';
const PARKED = '.parked';

/** Kafka's maximum length of a topic name. */
const NAME_LIMIT = 249;
/** Reserved for the longest suffix, `.retry.` with a delay. */
const SUFFIX_LIMIT = 20;
/** Maximum length of the group's part of a name. */
const GROUP_LIMIT = 80;

const PLAIN_GROUP = /^[a-zA-Z0-9-]+$/;
const PLAIN_TOPIC = /^[a-zA-Z0-9._-]+$/;
/** The end of a part that was shortened and hashed. A text that itself ends like this is always hashed. */
const HASHED = /-x[0-9a-f]{16}$/;
const HASH_LENGTH = 18;

/** The default dead-letter topic of a topic. */
export function deadLetterTopicOf(topic: string): string {
  return partOf(topic, PLAIN_TOPIC, NAME_LIMIT - DEAD_LETTER_SUFFIX.length) + DEAD_LETTER_SUFFIX;
}

/** Whether a topic has the name of a default dead-letter topic. */
export function isDeadLetterTopicName(topic: string): boolean {
  return topic.endsWith(DEAD_LETTER_SUFFIX);
}

/** Whether a text is a valid delay in the name of a retry topic. */
export function isDelayName(text: string): text is ms.StringValue {
  return DELAY_NAME.test(text);
}

/** The retry topic of a topic, group and delay. */
export function retryTopicOf(topic: string, groupId: string, delay: string): string {
  return retryPrefixOf(topic, groupId) + delay;
}

/** The common prefix of a group's retry topics of a topic; the delay follows it. */
export function retryPrefixOf(topic: string, groupId: string): string {
  return ownedName(topic, groupId) + RETRY;
}

/** Whether a topic has the name of a retry topic. */
export function isRetryTopic(topic: string): boolean {
  return RETRY_TOPIC.test(topic);
}

/** Whether a topic is a retry topic of this source topic and group, with any delay. */
export function isRetryTopicOf(topic: string, source: string, groupId: string): boolean {
  if (!isRetryTopic(topic)) return false;
  const prefix = retryPrefixOf(source, groupId);
  return topic.startsWith(prefix) && isDelayName(topic.slice(prefix.length));
}

/** The source topic of a group's retry topic; undefined if it is no such topic, or if the source's name was shortened. */
export function retrySourceOf(topic: string, groupId: string): string | undefined {
  const group = partOf(groupId, PLAIN_GROUP, GROUP_LIMIT);
  const source = topic.replace(RETRY_TOPIC, '').slice(0, -group.length - 1);
  return isRetryTopicOf(topic, source, groupId) ? source : undefined;
}

/** The parking topic of a topic and group. */
export function parkingTopicOf(topic: string, groupId: string): string {
  return ownedName(topic, groupId) + PARKED;
}

/** Whether a topic has the name of a parking topic. */
export function isParkingTopic(topic: string): boolean {
  return topic.endsWith(PARKED);
}

/** Whether a topic has the name of a dead-letter, retry or parking topic. */
export function isFailureTopic(topic: string): boolean {
  return isDeadLetterTopicName(topic) || isParkingTopic(topic) || isRetryTopic(topic);
}

/**
 * A name made of topic and group. Two pairs never have the same name, nor names that differ only in `.` and `_`, which
 * Kafka rejects: the group's part contains neither, so it begins after the last dot.
 */
function ownedName(topic: string, groupId: string): string {
  const group = partOf(groupId, PLAIN_GROUP, GROUP_LIMIT);
  return `${partOf(topic, PLAIN_TOPIC, NAME_LIMIT - SUFFIX_LIMIT - 1 - group.length)}.${group}`;
}

/** The text itself if it may be part of a name; otherwise its allowed characters, shortened, and a hash. */
function partOf(text: string, plain: RegExp, limit: number): string {
  if (text.length <= limit && plain.test(text) && !HASHED.test(text)) return text;
  const allowed = plain === PLAIN_GROUP ? /[^a-zA-Z0-9-]/g : /[^a-zA-Z0-9._-]/g;
  const readable = text.replaceAll(allowed, '-').slice(0, limit - HASH_LENGTH);
  return `${readable}-x${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
