import Broker from 'kafkajs-pinned/src/broker/index.js';
import ConsumerGroup from 'kafkajs-pinned/src/consumer/consumerGroup.js';
import type Batch from 'kafkajs-pinned/src/consumer/batch.js';
import fetchRequests, {
  type PartitionRequest,
  type TopicRequest,
} from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
import type { TopicPartition } from '../../../../pipeline/index.js';
import { installOnce } from '../install-once.js';

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: number[];
}

/** The records of one partition in a response. */
interface FetchedPartition extends TopicPartition {
  readonly rawMessages: readonly unknown[];
}

/**
 * The order in which a member fetches its partitions: first those that have waited longest for their turn. A broker
 * fills a response in the order of the request: 10 MB with the defaults, which is 20 partitions with a backlog.
 */
export class FetchOrder {
  /** When each partition last had its turn, as a number of fetches. */
  readonly #served = new Map<string, number>();
  #fetches = 0;

  /**
   * Sorts partitions by how long they have waited; those of one topic stay together.
   * @param isPaused whether a partition is not fetched: then it must not move its topic to the front
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

  /** Records the response to a fetch; its partitions are in the order of the request. */
  responded(partitions: readonly FetchedPartition[]): void {
    const first = partitions.findIndex(({ rawMessages }) => rawMessages.length > 0);
    // A broker sends at least one batch of the first partition that has any, so those before it have none. If they did
    // not count as served, a quiet partition would keep its topic first, and topics behind a backlog would starve.
    this.served(partitions.filter(({ rawMessages }, at) => at < first || rawMessages.length > 0));
  }

  /** Records that these partitions have had their turn. */
  served(partitions: readonly TopicPartition[]): void {
    this.#fetches++;
    for (const each of partitions) this.#served.set(keyOf(each), this.#fetches);
  }

  #servedAt(partition: TopicPartition): number {
    return this.#served.get(keyOf(partition)) ?? 0;
  }
}

/** Compares two numbers, which may both be infinite. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

const orders = new WeakMap<object, { readonly generation: number; readonly order: FetchOrder }>();

/** The order of a group. It starts over in each generation, so that it holds no partitions of earlier ones. */
function fetchOrderOf(group: ConsumerGroup): FetchOrder {
  const { generationId: generation } = group;
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
 * Fetches the partitions that have waited longest first.
 *
 * - Defect: `Broker.fetch` (`broker/index.js`) shuffles the partitions of a request.
 * - Effect: the order is fair on average, but of many partitions with a backlog some wait long by chance.
 * - Test: `fetch-order.spec.ts`.
 * - Unnecessary when kafkajs requests partitions in turn.
 */
export const keepFetchOrder = installOnce(() => {
  const { filterPartitionsByNode, fetch } = ConsumerGroup.prototype;
  ConsumerGroup.prototype.filterPartitionsByNode = function (this: ConsumerGroup, nodeId, wanted) {
    const read = filterPartitionsByNode.call(this, nodeId, wanted);
    return fetchOrderOf(this).arrange(read, ({ topic, partition }) =>
      this.subscriptionState.isPaused(topic, partition),
    );
  };
  ConsumerGroup.prototype.fetch = async function (this: ConsumerGroup, nodeId): Promise<Batch[]> {
    const { generationId } = this;
    const batches = await fetch.call(this, nodeId);
    if (this.generationId === generationId) fetchOrderOf(this).responded(batches);
    return batches;
  };

  const { fetch: sendFetch } = Broker.prototype;
  Broker.prototype.fetch = function (this: Broker, request) {
    let rank = 0;
    for (const { partitions } of request.topics) for (const each of partitions) ranks.set(each, rank++);
    return sendFetch.call(this, request);
  };
  const { protocol } = fetchRequests;
  fetchRequests.protocol = (version) => {
    const toProtocol = protocol(version);
    return (request) => toProtocol({ ...request, topics: unshuffled(request.topics) });
  };
});

/** Restores the order that the topics and partitions had before kafkajs shuffled them. */
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
