import { CLOCKS_APART_US, type Micros } from '../clock.js';
import type { Commit } from '../cluster/committed.js';
import type { RecordTable } from '../ledger/record-table.js';

/** The commits of each partition with their times. */
export class CommitHistory {
  /** By topic and partition, in the order of the coordinator. */
  readonly #commits = new Map<string, Commit[][]>();

  constructor(
    commits: readonly Commit[],
    private readonly table: RecordTable,
  ) {
    for (const commit of commits) {
      const partitions = this.#commits.get(commit.topic) ?? [];
      this.#commits.set(commit.topic, partitions);
      (partitions[commit.partition] ??= []).push(commit);
    }
  }

  /** Whether a record was uncommitted at a time. */
  openAt(at: Micros): (id: number) => boolean {
    const { table } = this;
    const isBefore = (commit: Commit): boolean => commit.at <= at - CLOCKS_APART_US;
    const offsets = table.topics.map((topic) =>
      (this.#commits.get(topic) ?? []).map((commits) => commits.findLast(isBefore)?.offset ?? 0),
    );
    return (id) => table.offset.get(id) >= (offsets[table.topic.get(id)]?.[table.partition.get(id)] ?? 0);
  }
}
