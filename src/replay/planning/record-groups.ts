import { positionText } from '../display-text.js';

/** Why a dead letter that was selected stays where it is. */
export type SkipReason =
  | 'max-replays'
  | 'no-original-topic'
  | 'unknown-topic'
  | 'no-handler'
  | 'truncated'
  | 'transform-null'
  | 'transform-failed'
  | 'too-large';

/** Dead letters that stay for the same reason. */
export interface SkippedGroup {
  readonly reason: SkipReason;
  readonly detail: string;
  readonly count: number;
  /** The first thousand of them. */
  readonly positions: readonly string[];
}

const POSITIONS = 1_000;

/** Collects things by what they have in common, with where they were met. */
export class RecordGroups<K extends string> {
  readonly #groups = new Map<string, { kind: K; detail: string; count: number; positions: string[] }>();

  /** Texts that differ in numbers only are one group, told by the first of them. */
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

  /** The largest first. */
  list(): { kind: K; detail: string; count: number; positions: readonly string[] }[] {
    return [...this.#groups.values()].toSorted((a, b) => b.count - a.count);
  }
}

/** What stays, for a report. */
export function toSkippedGroups(groups: RecordGroups<SkipReason>): SkippedGroup[] {
  return groups.list().map(({ kind, ...group }) => ({ reason: kind, ...group }));
}
