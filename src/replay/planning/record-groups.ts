import { positionText } from '../display-text.js';

/** Why a selected dead letter is not replayed. */
export type SkipReason =
  | 'max-replays'
  | 'no-original-topic'
  | 'unknown-topic'
  | 'no-handler'
  | 'truncated'
  | 'transform-null'
  | 'transform-failed'
  | 'too-large';

/** Dead letters that are skipped for the same reason. */
export interface SkippedGroup {
  readonly reason: SkipReason;
  readonly detail: string;
  readonly count: number;
  /** The positions of the first thousand. */
  readonly positions: readonly string[];
}

const POSITIONS = 1_000;

/** Groups records by kind and detail, and keeps their positions. */
export class RecordGroups<K extends string> {
  readonly #groups = new Map<string, { kind: K; detail: string; count: number; positions: string[] }>();

  /** Details that differ only in numbers belong to one group; the first of them is kept. */
  add(kind: K, detail: string, at: { topic: string; partition: number; offset: string }): void {
    const key = `${kind}\n${detail.replaceAll(/\d+/g, '#')}`;
    const group = this.#groups.get(key) ?? { kind, detail, count: 0, positions: [] };
    group.count++;
    if (group.positions.length < POSITIONS) group.positions.push(positionText(at));
    this.#groups.set(key, group);
  }

  get count(): number {
    return this.list().reduce((sum, { count }) => sum + count, 0);
  }

  /** All groups, the largest first. */
  list(): { kind: K; detail: string; count: number; positions: readonly string[] }[] {
    return [...this.#groups.values()].toSorted((a, b) => b.count - a.count);
  }
}

/** The skipped groups of a report. */
export function toSkippedGroups(groups: RecordGroups<SkipReason>): SkippedGroup[] {
  return groups.list().map(({ kind, ...group }) => ({ reason: kind, ...group }));
}
