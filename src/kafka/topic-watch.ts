import { sleep } from './abortable.js';
import type { TopicSpec } from './consumer-port.js';
import { describeError } from './describe-error.js';
import type { HandlerRegistry, TopicSelection } from './handler-registry.js';

/** What a topic watch is built from. */
export interface TopicWatchParts {
  readonly groupId: string;
  readonly registry: HandlerRegistry;
  /** All topics there are. */
  readonly list: () => Promise<string[]>;
  /** Which of these topics this client may not see. */
  readonly hidden: (topics: readonly string[]) => Promise<readonly string[]>;
  /** Makes one that its handlers need; resolves once it exists. */
  readonly ensure: (spec: TopicSpec) => Promise<unknown>;
  /** How often to look, in ms. */
  readonly refreshMs: number;
  /** Called with each answer. */
  readonly seen: (selection: TopicSelection, hidden: readonly string[]) => void;
  /** Called when it can't be found out whether there are more topics: once until it can, or the reason is another. */
  readonly failed: (why: string) => void;
}

/** Knows which of the topics that a group has handlers for exist. */
export class TopicWatch {
  #hidden: { readonly missing: string; readonly topics: readonly string[] } = { missing: '', topics: [] };
  #told: string | undefined;

  constructor(private readonly parts: TopicWatchParts) {}

  /**
   * The topics to read, those of retries among them, which are made where they are not there.
   * @throws what listing or making topics throws
   */
  async existing(): Promise<string[]> {
    const { registry, groupId, list, ensure, seen } = this.parts;
    const all = await list();
    const selection = registry.select(groupId, all);
    for (const { topic, source, isLeft } of selection.retryTopics) {
      if (!isLeft) await ensure({ topic, like: source, grow: true });
    }
    seen(selection, await this.#hiddenOf(selection));
    return [...selection.existing, ...selection.retryTopics.map(({ topic }) => topic)];
  }

  /** Asked once for each set of topics: most of those that are missing do not exist yet. */
  async #hiddenOf({ missing }: TopicSelection): Promise<readonly string[]> {
    const known = this.#hidden;
    if (known.missing === missing.join()) return known.topics;
    const topics = missing.length > 0 ? await this.parts.hidden(missing) : [];
    this.#hidden = { missing: missing.join(), topics };
    return topics;
  }

  /** Tells a failure once: it is asked again, and fails in the same way until somebody mends it. */
  async #existingOrNone(): Promise<string[]> {
    try {
      const existing = await this.existing();
      this.#told = undefined;
      return existing;
    } catch (error) {
      const what = describeError(error);
      if (what !== this.#told) this.parts.failed(what);
      this.#told = what;
      return [];
    }
  }

  /** Resolves when there are topics to read beyond `topics`, or once `over` is aborted. */
  async more(topics: readonly string[], over: AbortSignal): Promise<'more topics' | 'over'> {
    const known = new Set(topics);
    const { registry, groupId, refreshMs } = this.parts;
    while (!over.aborted) {
      await sleep(refreshMs, over);
      if (over.aborted || !registry.awaitsTopics(groupId, known)) continue;
      const existing = await this.#existingOrNone();
      if (existing.some((topic) => !known.has(topic))) return 'more topics';
    }
    return 'over';
  }
}
