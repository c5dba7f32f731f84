import { deadLetterTopicOf, isFailureTopic, retrySourceOf } from '../../../redelivery/index.js';
import type { ResolvedHandlerOptions } from '../options/handler-options.js';

/** The part of a handler that decides which topics it handles. */
export interface RoutedHandler {
  readonly pattern: string | RegExp;
  readonly options: Pick<ResolvedHandlerOptions, 'groupId' | 'failures'>;
}

/** Kafka's own topics, such as `__consumer_offsets`. */
const INTERNAL = '__';

/** Which handlers a topic has in a group, for the transport, the `dlq` commands and the operators' API. */
export class HandlerRoutes<H extends RoutedHandler> {
  /** @param handlers may grow later */
  constructor(private readonly handlers: readonly H[]) {}

  get groups(): string[] {
    return [...new Set(this.handlers.map(({ options }) => options.groupId))];
  }

  /** The topics that handlers name; topics that match a pattern are not included. */
  get topics(): string[] {
    return this.handlers.flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []));
  }

  /** The dead-letter topics that handlers name instead of the default. */
  get deadLetterTopics(): string[] {
    return [...new Set(this.handlers.flatMap(({ options }) => options.failures.deadLetterTopic ?? []))];
  }

  ofGroup(groupId: string): H[] {
    return this.handlers.filter(({ options }) => options.groupId === groupId);
  }

  /** The handlers of a topic in a group. As in Nest, a topic name takes precedence over patterns. */
  of(groupId: string, topic: string): H[] {
    const handlers = this.ofGroup(groupId);
    const exact = handlers.filter(({ pattern }) => pattern === topic);
    if (exact.length > 0) return exact;
    if (!this.mayMatchPatterns(topic)) return [];
    const first = handlers.find(({ pattern }) => matches(pattern, topic));
    return handlers.filter(({ pattern }) => first && String(pattern) === String(first.pattern));
  }

  /** The handlers of a topic in all groups; each group chooses among its own. */
  ofAllGroups(topic: string): H[] {
    return this.groups.flatMap((groupId) => this.of(groupId, topic));
  }

  /**
   * Whether patterns apply to a topic. They never apply to Kafka's internal topics, to dead-letter topics that handlers
   * name, and to topics named like failure topics: those of another group cannot be distinguished from a business topic
   * with such a name, which a handler must name to read.
   */
  mayMatchPatterns(topic: string): boolean {
    return !topic.startsWith(INTERNAL) && !isFailureTopic(topic) && !this.#isDeadLetterTopicName(topic);
  }

  /** Topics that a pattern of the group matches and does not apply to, without Kafka's internal ones. */
  skipped(groupId: string, topics: readonly string[]): string[] {
    const handlers = this.ofGroup(groupId);
    return topics.filter(
      (topic) =>
        !topic.startsWith(INTERNAL) &&
        !this.mayMatchPatterns(topic) &&
        handlers.some(({ pattern }) => matches(pattern, topic)) &&
        handlers.every(({ pattern }) => pattern !== topic),
    );
  }

  /**
   * Checks whether a handler would make records circulate, or read the same topic for two different reasons.
   * @returns what is wrong with this handler beside the existing ones
   */
  problemsOf({ pattern, options: { groupId } }: H): string[] {
    const problems: string[] = [];
    const circle = typeof pattern === 'string' ? this.#circleFrom([pattern]) : undefined;
    if (circle) problems.push(`its dead letters would return to it: ${circle.join(' -> ')}`);
    const handlers = this.ofGroup(groupId);
    for (const { pattern: topic } of handlers) {
      const source = typeof topic === 'string' ? retrySourceOf(topic, groupId) : undefined;
      if (source === undefined || !handlers.some((each) => matches(each.pattern, source))) continue;
      problems.push(`${topic} is where the same group's retries of ${source} wait; give it another groupId`);
    }
    return problems;
  }

  /** The path of dead letters from a topic back to the first topic of the path. */
  #circleFrom(path: readonly string[]): readonly string[] | undefined {
    const last = path.at(-1);
    for (const { pattern, options } of this.handlers) {
      if (pattern !== last) continue;
      const next = options.failures.deadLetterTopic ?? deadLetterTopicOf(last);
      if (next === path[0]) return [...path, next];
      const circle = path.includes(next) ? undefined : this.#circleFrom([...path, next]);
      if (circle) return circle;
    }
    return undefined;
  }

  #isDeadLetterTopicName(topic: string): boolean {
    return this.handlers.some(({ options }) => options.failures.deadLetterTopic === topic);
  }
}

function matches(pattern: string | RegExp, topic: string): boolean {
  if (typeof pattern === 'string') return pattern === topic;
  pattern.lastIndex = 0;
  return pattern.test(topic);
}
