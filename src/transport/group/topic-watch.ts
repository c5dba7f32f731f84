import { retryTopic } from '../../redelivery/index.js';
import { type Clock, describeError, sleep, unless } from '../../pipeline/index.js';
import { AccessError, type TopicSpec } from '../../client/index.js';
import type { HandlerRegistry, RetryTopic, TopicSelection } from '../handlers/registry/handler-registry.js';

/** What a topic watch is built from. */
export interface TopicWatchParts {
  readonly groupId: string;
  readonly registry: HandlerRegistry;
  /** All topics there are. */
  readonly list: () => Promise<string[]>;
  /** Which of these topics this client may not see. */
  readonly hidden: (topics: readonly string[]) => Promise<readonly string[]>;
  /** Creates one that its handlers need; resolves once it exists. */
  readonly ensure: (spec: TopicSpec) => Promise<unknown>;
  /** How often to look, in ms. */
  readonly refreshMs: number;
  readonly clock: Clock;
  /** Called with each answer, and with why retry topics are not as they are needed. */
  readonly topicsListed: (
    selection: TopicSelection,
    hidden: readonly string[],
    refusals: readonly string[],
  ) => void;
  /** Called when the topics can't be listed: once, until they can or the reason changes. */
  readonly failed: (why: string) => void;
}

/** Tracks which of the topics with handlers exist. */
export class TopicWatch {
  #hidden: { readonly missing: string; readonly topics: readonly string[] } = { missing: '', topics: [] };
  #reported: string | undefined;
  /** Whether all retry topics existed, the last time they were looked at. */
  #isComplete = true;

  constructor(private readonly parts: TopicWatchParts) {}

  /**
   * The topics to read, those of retries among them, which are created where they do not exist. A retry topic that can
   * not be created keeps nobody from reading the rest: records that need it are held until it can.
   * @throws what listing topics throws, and where no broker can be reached any more
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

  /** Those of the retry topics that exist by now, and what keeps others from it. */
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

  /** Asks once for each set of missing topics: most of them do not exist yet. */
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

  /** Reports a failure once: the question is repeated and fails the same way until the cause is fixed. */
  #reportOnce(why: string): void {
    if (why !== this.#reported) this.parts.failed(why);
    this.#reported = why;
  }

  /** Resolves when there are topics to read beyond `topics`, or once `over` is aborted. */
  async more(topics: readonly string[], over: AbortSignal): Promise<'more topics' | 'over'> {
    const known = new Set(topics);
    const { registry, groupId, refreshMs, clock } = this.parts;
    while (!over.aborted) {
      await sleep(refreshMs, over, clock);
      if (over.aborted || (this.#isComplete && !registry.awaitsTopics(groupId, known))) continue;
      // A broker may not answer for minutes, and the stop or the next client waits for this.
      const existing = (await unless(over, this.#existingOrNone())) ?? [];
      if (existing.some((topic) => !known.has(topic))) return 'more topics';
    }
    return 'over';
  }
}
