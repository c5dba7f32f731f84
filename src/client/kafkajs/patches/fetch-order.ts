import Broker from 'kafkajs/src/broker/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import type { PartitionRequest, TopicRequest } from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { TopicPartition } from '../../../pipeline/index.js';
import { onceAProcess } from './once-a-process.js';

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: number[];
}

/**
 * In which order a member asks for its partitions: those first that have brought nothing for the longest time. A broker
 * fills an answer in the order of the request, 10 MB with the defaults, which is 20 partitions with a backlog.
 */
export class FetchOrder {
  /** When each partition last brought something, as a count of fetches. */
  readonly #served = new Map<string, number>();
  #fetches = 0;

  /** The same partitions in the order in which to ask for them; a topic's stay together. */
  arrange(wanted: readonly TopicPartitions[]): TopicPartitions[] {
    const arranged = wanted.map(({ topic, partitions }) => {
      const served = new Map(partitions.map((each) => [each, this.#servedAt({ topic, partition: each })]));
      const sorted = partitions.toSorted((a, b) => (served.get(a) ?? 0) - (served.get(b) ?? 0));
      return { topic, partitions: sorted, servedAt: served.get(sorted[0] ?? -1) ?? Infinity };
    });
    return arranged
      .toSorted((a, b) => (a.servedAt === b.servedAt ? 0 : a.servedAt - b.servedAt))
      .map(({ topic, partitions }) => ({ topic, partitions }));
  }

  /** A fetch has brought something of these partitions. */
  served(partitions: readonly TopicPartition[]): void {
    this.#fetches++;
    for (const each of partitions) this.#served.set(keyOf(each), this.#fetches);
  }

  #servedAt(partition: TopicPartition): number {
    return this.#served.get(keyOf(partition)) ?? 0;
  }
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
    return fetchOrderOf(this, this.generationId).arrange(read);
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
