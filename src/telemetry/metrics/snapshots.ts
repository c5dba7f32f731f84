import type { GroupSnapshot, KafkaRuntime, PartitionSnapshot } from '../../transport/index.js';
import type { Labels } from './families.js';

/** The labels of a metric per partition. */
export type PartitionLabel = 'group' | 'topic' | 'partition';

/** A partition as a scrape sees it. */
export interface ScrapedPartition {
  readonly group: string;
  /** The same object at every scrape: then prom-client serializes it only once. */
  readonly labels: Labels<PartitionLabel>;
  readonly snapshot: PartitionSnapshot;
}

/** What one scrape reads. */
interface Scrape {
  readonly groups: readonly GroupSnapshot[];
  readonly partitions: readonly ScrapedPartition[];
}

/** Takes one snapshot of the consumers per scrape, which all metrics share: a scrape reads them in one turn. */
export class Snapshots {
  #scrape: Scrape | undefined;
  #labels = new Map<string, Labels<PartitionLabel>>();

  constructor(private readonly runtime: KafkaRuntime) {}

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
    const groups = this.runtime.groups.map((group) => group.snapshot());
    const labels = new Map<string, Labels<PartitionLabel>>();
    const partitions = groups.flatMap(({ groupId: group, partitions: assigned }) =>
      assigned.map((snapshot): ScrapedPartition => {
        const { topic, partition } = snapshot;
        const name = `${group}\n${topic}\n${partition}`;
        const known = this.#labels.get(name) ?? { group, topic, partition };
        labels.set(name, known);
        return { group, labels: known, snapshot };
      }),
    );
    this.#labels = labels;
    return { groups, partitions };
  }
}
