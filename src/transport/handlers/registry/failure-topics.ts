import { deadLetterTopicOf, parkingTopicOf, retryPrefixOf } from '../../../redelivery/index.js';
import type { HandlerRoutes, RoutedHandler } from './handler-routes.js';

/**
 * The dead-letter, retry and parking topics of a service's handlers, derived from the topics that the handlers read.
 */
export class FailureTopics {
  /** The source topics by group. Before a group has listed the topics, only those that handlers name are known. */
  readonly #sources = new Map<string, readonly string[]>();
  /** Names of topics, and the part of retry topics' names before the delay. */
  #derived: ReadonlySet<string> | undefined;

  constructor(private readonly routes: HandlerRoutes<RoutedHandler>) {}

  /** A group reads these topics. */
  setSources(groupId: string, sources: readonly string[]): void {
    this.#sources.set(groupId, sources);
    this.#derived = undefined;
  }

  /** Whether a topic is one of them. */
  has(topic: string): boolean {
    return this.isDerived(topic) || this.routes.deadLetterTopics.includes(topic);
  }

  /** Whether a topic is one of them and has a name that the service derives from the name of the source topic. */
  isDerived(topic: string): boolean {
    const derived = (this.#derived ??= new Set(this.#derive()));
    return derived.has(topic) || derived.has(topic.slice(0, topic.lastIndexOf('.') + 1));
  }

  *#derive(): Iterable<string> {
    const { groups, topics } = this.routes;
    for (const source of new Set([...topics, ...this.#sources.values()].flat())) {
      yield deadLetterTopicOf(source);
      for (const groupId of groups) {
        if (this.routes.of(groupId, source).length === 0) continue;
        yield parkingTopicOf(source, groupId);
        yield retryPrefixOf(source, groupId);
      }
    }
  }
}
