import Broker from 'kafkajs/src/broker/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type { PartitionRequest, TopicRequest } from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { TopicPartition } from '../../../pipeline/index.js';
import { onceAProcess } from './once-a-process.js';

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: number[];
}

/** What an answer holds of one partition. */
interface Answered extends TopicPartition {
  readonly rawMessages: readonly unknown[];
}

/**
 * In which order a member asks for its partitions: those first that have had no turn for the longest time. A broker
 * fills an answer in the order of the request, 10 MB with the defaults, which is 20 partitions with a backlog.
 */
export class FetchOrder {
  /** When each partition last had its turn, as a count of fetches. */
  readonly #served = new Map<string, number>();
  #fetches = 0;

  /**
   * The same partitions in the order in which to ask for them; a topic's stay together.
   * @param isPaused whether a partition is not asked for: it has no turn that its topic could be put first for
   */
  arrange(
    wanted: readonly TopicPartitions[],
    isPaused: (partition: TopicPartition) => boolean = () => false,
  ): TopicPartitions[] {
    const arranged = wanted.map(({ topic, partitions }) => {
      const served = new Map(
        partitions.map((partition) => {
          const at = { topic, partition };
          return [partition, isPaused(at) ? Infinity : this.#servedAt(at)];
        }),
      );
      const servedAt = (partition: number): number => served.get(partition) ?? Infinity;
      const sorted = partitions.toSorted((a, b) => compare(servedAt(a), servedAt(b)));
      return { topic, partitions: sorted, servedAt: servedAt(sorted[0] ?? -1) };
    });
    return arranged
      .toSorted((a, b) => compare(a.servedAt, b.servedAt))
      .map(({ topic, partitions }) => ({ topic, partitions }));
  }

  /** A fetch was answered, partition by partition in the order of the request. */
  answered(partitions: readonly Answered[]): void {
    const first = partitions.findIndex(({ rawMessages }) => rawMessages.length > 0);
    // A broker sends at least one batch of the first partition that has any: those before it have none. If they were
    // never served, a quiet partition would put its topic first for ever, and topics behind a backlog would starve.
    this.served(partitions.filter(({ rawMessages }, at) => at < first || rawMessages.length > 0));
  }

  /** These partitions have had their turn. */
  served(partitions: readonly TopicPartition[]): void {
    this.#fetches++;
    for (const each of partitions) this.#served.set(keyOf(each), this.#fetches);
  }

  #servedAt(partition: TopicPartition): number {
    return this.#served.get(keyOf(partition)) ?? 0;
  }
}

/** Equal infinities included. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

const orders = new WeakMap<object, { readonly generation: number; readonly order: FetchOrder }>();

/** The order of a group, which begins again with each generation: so it holds no partitions of former ones. */
export function fetchOrderOf(group: object, generation: number): FetchOrder {
  const known = orders.get(group);
  if (known?.generation === generation) return known.order;
  const order = new FetchOrder();
  orders.set(group, { generation, order });
  return order;
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

const ranks = new WeakMap<PartitionRequest, number>();

/**
 * Has groups ask in that order, once a process. kafkajs asks in the order of the assignment, and shuffles all partitions
 * on their way into the request: fair on the average, but of many partitions some still wait for long.
 */
export const keepFetchOrder = onceAProcess(() => {
  const { filterPartitionsByNode } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.filterPartitionsByNode = function (this: ConsumerGroup, nodeId, wanted) {
    const read = filterPartitionsByNode.call(this, nodeId, wanted);
    return fetchOrderOf(this, this.generationId).arrange(read, ({ topic, partition }) =>
      this.subscriptionState.isPaused(topic, partition),
    );
  };
  const { fetch } = Broker.prototype;
  Broker.prototype.fetch = function (this: Broker, request) {
    let rank = 0;
    for (const { partitions } of request.topics) for (const each of partitions) ranks.set(each, rank++);
    return fetch.call(this, request);
  };
});

/** What is asked for, as it was before kafkajs shuffled it. */
export function unshuffled(topics: readonly TopicRequest[]): TopicRequest[] {
  const rankOf = (each: PartitionRequest): number => ranks.get(each) ?? 0;
  const flat = topics.flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, each })));
  const ordered: { topic: string; partitions: PartitionRequest[] }[] = [];
  for (const { topic, each } of flat.toSorted((a, b) => rankOf(a.each) - rankOf(b.each))) {
    const last = ordered.at(-1);
    if (last?.topic === topic) last.partitions.push(each);
    else ordered.push({ topic, partitions: [each] });
  }
  return ordered;
}
