import { deadLetterTopicOf, isFailureTopic, retrySourceOf } from '../../../redelivery/index.js';
import type { ResolvedHandlerOptions } from '../options/handler-options.js';

/** A handler, as far as it decides who handles which topic. */
export interface RoutedHandler {
  readonly pattern: string | RegExp;
  readonly options: Pick<ResolvedHandlerOptions, 'groupId' | 'failures'>;
}

/** Kafka's own topics, such as `__consumer_offsets`. */
const INTERNAL = '__';

/** Which handlers a topic has in a group: the one answer for the transport, the commands and the operators' endpoints. */
export class HandlerRoutes<H extends RoutedHandler> {
  /** @param handlers read anew with each question: more may be added to it */
  constructor(private readonly handlers: readonly H[]) {}

  get groups(): string[] {
    return [...new Set(this.handlers.map(({ options }) => options.groupId))];
  }

  /** The dead-letter topics that handlers name instead of the default. */
  get deadLetterTopics(): string[] {
    return [...new Set(this.handlers.flatMap(({ options }) => options.failures.deadLetterTopic ?? []))];
  }

  ofGroup(groupId: string): H[] {
    return this.handlers.filter(({ options }) => options.groupId === groupId);
  }

  /** The handlers of a topic in a group. As in Nest, a topic's own name goes before any pattern. */
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
   * Whether a pattern may mean a topic. It never means Kafka's internal topics, those that handlers name for their dead
   * letters, and those named like the topics that services of this kind create for themselves: another group's
   * can't be told from a business topic of such a name, which a handler reads by naming it.
   */
  mayMatchPatterns(topic: string): boolean {
    return !topic.startsWith(INTERNAL) && !isFailureTopic(topic) && !this.#isDeadLetterTopicName(topic);
  }

  /** Topics that a pattern of the group matches and does not mean; Kafka's internal ones are left out. */
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
   * What makes records go round in circles, or be read by two handlers for different reasons.
   * @returns what is wrong with a handler, beside those there are
   */
  problemsOf({ pattern, options: { groupId } }: H): string[] {
    const problems: string[] = [];
    const circle = typeof pattern === 'string' ? this.#circleFrom([pattern]) : undefined;
    if (circle) problems.push(`its dead letters would come back to it: ${circle.join(' -> ')}`);
    const handlers = this.ofGroup(groupId);
    for (const { pattern: topic } of handlers) {
      const source = typeof topic === 'string' ? retrySourceOf(topic, groupId) : undefined;
      if (source === undefined || !handlers.some((each) => matches(each.pattern, source))) continue;
      problems.push(`${topic} is where the same group's retries of ${source} wait; give it another groupId`);
    }
    return problems;
  }

  /** The way from a topic, by its handlers' dead letters, back to where it began. */
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
