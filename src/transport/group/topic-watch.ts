import { retryTopic } from '../../redelivery/index.js';
import { type Clock, describeError, sleep, untilAborted } from '../../pipeline/index.js';
import { AccessError, type TopicSpec } from '../../client/index.js';
import type { HandlerRegistry, RetryTopic, TopicSelection } from '../handlers/registry/handler-registry.js';

/** The dependencies of a topic watch. */
export interface TopicWatchParts {
  readonly groupId: string;
  readonly registry: HandlerRegistry;
  /** Lists all topics. */
  readonly list: () => Promise<string[]>;
  /** Returns which of these topics this client may not see. */
  readonly hidden: (topics: readonly string[]) => Promise<readonly string[]>;
  /** Creates a topic that the handlers need; resolves once it exists. */
  readonly ensure: (spec: TopicSpec) => Promise<unknown>;
  /** How often the topics are listed, in ms. */
  readonly refreshMs: number;
  readonly clock: Clock;
  /** Called with each answer, and with the problems of retry topics. */
  readonly topicsListed: (
    selection: TopicSelection,
    hidden: readonly string[],
    refusals: readonly string[],
  ) => void;
  /** Called when the topics cannot be listed: once for each reason. */
  readonly failed: (why: string) => void;
}

/** Tracks which of the topics with handlers exist. */
export class TopicWatch {
  #hidden: { readonly missing: string; readonly topics: readonly string[] } = { missing: '', topics: [] };
  #reported: string | undefined;
  /** Whether all retry topics existed when they were last listed. */
  #isComplete = true;

  constructor(private readonly parts: TopicWatchParts) {}

  /**
   * The topics to read, including retry topics, which are created if they do not exist. A retry topic that cannot be
   * created does not stop the others from being read: records that need it wait until it exists.
   * @throws the error of listing topics, or of creating them if no broker is reachable
   */
  async existing(): Promise<string[]> {
    const { registry, groupId, list, topicsListed: seen } = this.parts;
    const all = await list();
    const selection = registry.select(groupId, all);
    const { retryTopics, refusals } = await this.#ensured(selection.retryTopics, new Set(all));
    this.#isComplete = refusals.length === 0;
    if (refusals.length > 0) this.#reportOnce(refusals.join('; '));
    seen(selection, await this.#hiddenOf(selection), refusals);
    return [...selection.existing, ...retryTopics];
  }

  /** The retry topics that now exist, and the problems of the others. */
  async #ensured(wanted: readonly RetryTopic[], all: ReadonlySet<string>) {
    const outcomes = await Promise.allSettled(
      wanted.map(({ topic, source, delayMs }) => this.parts.ensure(retryTopic(source, topic, delayMs))),
    );
    const failures = outcomes.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
    const unreachable = failures.find((each) => each instanceof AccessError && !each.isDenied);
    if (unreachable) throw unreachable;
    const retryTopics = wanted
      .filter(({ topic }, i) => outcomes[i]?.status === 'fulfilled' || all.has(topic))
      .map(({ topic }) => topic);
    return { retryTopics, refusals: [...new Set(failures.map(describeError))] };
  }

  /** Sends one request for each set of missing topics: most of them do not exist yet. */
  async #hiddenOf({ missing }: TopicSelection): Promise<readonly string[]> {
    const known = this.#hidden;
    if (known.missing === missing.join()) return known.topics;
    const topics = missing.length > 0 ? await this.parts.hidden(missing) : [];
    this.#hidden = { missing: missing.join(), topics };
    return topics;
  }

  async #existingOrNone(): Promise<string[]> {
    try {
      const existing = await this.existing();
      if (this.#isComplete) this.#reported = undefined;
      return existing;
    } catch (error) {
      this.#reportOnce(describeError(error));
      return [];
    }
  }

  /** Reports a failure once: the request is repeated and fails the same way until the cause is fixed. */
  #reportOnce(why: string): void {
    if (why !== this.#reported) this.parts.failed(why);
    this.#reported = why;
  }

  /** Resolves when there are more topics to read than `topics`, or once `over` is aborted. */
  async more(topics: readonly string[], over: AbortSignal): Promise<'more topics' | 'over'> {
    const known = new Set(topics);
    const { registry, groupId, refreshMs, clock } = this.parts;
    while (!over.aborted) {
      await sleep(refreshMs, over, clock);
      if (over.aborted || (this.#isComplete && !registry.awaitsTopics(groupId, known))) continue;
      // A broker may not answer for minutes, and the stop or the next client waits for this.
      const existing = (await untilAborted(over, this.#existingOrNone())) ?? [];
      if (existing.some((topic) => !known.has(topic))) return 'more topics';
    }
    return 'over';
  }
}
