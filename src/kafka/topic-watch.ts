import { sleep } from './abortable.js';
import type { HandlerRegistry, TopicSelection } from './handler-registry.js';

/** What a topic watch is built from. */
export interface TopicWatchParts {
  readonly groupId: string;
  readonly registry: HandlerRegistry;
  /** All topics there are. */
  readonly list: () => Promise<string[]>;
  /** How often to look, in ms. */
  readonly refreshMs: number;
  /** Called with each answer. */
  readonly seen: (selection: TopicSelection) => void;
}

/** Knows which of the topics that a group has handlers for exist. */
export class TopicWatch {
  constructor(private readonly parts: TopicWatchParts) {}

  /** @throws what listing the topics throws */
  async existing(): Promise<string[]> {
    const { registry, groupId, list, seen } = this.parts;
    const selection = registry.select(groupId, await list());
    seen(selection);
    return selection.existing;
  }

  /** Resolves when there are topics to read beyond `topics`, or once `over` is aborted. */
  async more(topics: readonly string[], over: AbortSignal): Promise<'more topics' | 'over'> {
    const known = new Set(topics);
    const { registry, groupId, refreshMs } = this.parts;
    while (!over.aborted) {
      await sleep(refreshMs, over);
      if (over.aborted || !registry.awaitsTopics(groupId, known)) continue;
      const existing = await this.existing().catch(() => []);
      if (existing.some((topic) => !known.has(topic))) return 'more topics';
    }
    return 'over';
  }
}
