import type { GroupSnapshot, KafkaClusters, PartitionSnapshot } from '../../transport/index.js';
import type { Labels } from './families.js';

/** The labels of a metric per group; only those of a cluster with a name have `cluster`. */
export type GroupLabel = 'cluster' | 'group';
/** The labels of a metric per partition. */
export type PartitionLabel = GroupLabel | 'topic' | 'partition';

/** The labels of a group. */
export function groupLabels({ cluster, groupId: group }: Pick<GroupSnapshot, 'cluster' | 'groupId'>): {
  readonly cluster?: string;
  readonly group: string;
} {
  return cluster === undefined ? { group } : { cluster, group };
}

/** A partition with its labels, for one scrape. */
export interface ScrapedPartition {
  readonly group: GroupSnapshot;
  /** The same object at every scrape: then prom-client serializes it only once. */
  readonly labels: Labels<PartitionLabel>;
  readonly snapshot: PartitionSnapshot;
}

/** The data of one scrape. */
interface Scrape {
  readonly groups: readonly GroupSnapshot[];
  readonly partitions: readonly ScrapedPartition[];
}

/** Takes one snapshot of the consumers per scrape, which all metrics share: a scrape reads them in one turn. */
export class Snapshots {
  #scrape: Scrape | undefined;
  #labels = new Map<string, Labels<PartitionLabel>>();

  constructor(private readonly clusters: KafkaClusters) {}

  get groups(): readonly GroupSnapshot[] {
    return this.#current.groups;
  }

  get partitions(): readonly ScrapedPartition[] {
    return this.#current.partitions;
  }

  get #current(): Scrape {
    if (this.#scrape) return this.#scrape;
    setImmediate(() => (this.#scrape = undefined));
    this.#scrape = this.#read();
    return this.#scrape;
  }

  #read(): Scrape {
    const groups = this.clusters.groups.map((group) => group.snapshot());
    const labels = new Map<string, Labels<PartitionLabel>>();
    const partitions = groups.flatMap((group) =>
      group.partitions.map((snapshot): ScrapedPartition => {
        const { topic, partition } = snapshot;
        const name = `${group.cluster}\n${group.groupId}\n${topic}\n${partition}`;
        const known = this.#labels.get(name) ?? { ...groupLabels(group), topic, partition };
        labels.set(name, known);
        return { group, labels: known, snapshot };
      }),
    );
    this.#labels = labels;
    return { groups, partitions };
  }
}
