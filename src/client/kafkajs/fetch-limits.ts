import type { ISocketFactory } from 'kafkajs-pinned';
import type { FetchRequestFields, TopicRequest } from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';

/** Limits of one fetch. */
export interface FetchLimits {
  /** The maximum number of records of one partition. */
  readonly maxRecords: number;
  /** The maximum unpacked size of one batch, in bytes. */
  readonly maxBatchBytes: number;
}

/** The limits of requests by clients without limits of their own. */
export const DEFAULT_FETCH_LIMITS: FetchLimits = { maxRecords: 10_000, maxBatchBytes: 67_108_864 };

/** kafkajs passes the socket factory of a client on to each of its brokers, and nothing else of the client. */
const byClient = new WeakMap<ISocketFactory, FetchLimits>();
const byPartitionRequest = new WeakMap<object, FetchLimits>();

/** Sets the limits of all fetches by clients with this socket factory. */
export function limitFetches(sockets: ISocketFactory, limits: FetchLimits): void {
  byClient.set(sockets, limits);
}

/** Records which client sends a request: kafkajs copies the request, but not its partitions. */
export function noteClient(sockets: ISocketFactory, topics: readonly TopicRequest[]): void {
  const limits = byClient.get(sockets);
  if (!limits) return;
  for (const { partitions } of topics) for (const each of partitions) byPartitionRequest.set(each, limits);
}

/** The limits of the client that sends a request. */
export function limitsOf({ topics }: Pick<FetchRequestFields, 'topics'>): FetchLimits {
  const [partition] = topics[0]?.partitions ?? [];
  return (partition && byPartitionRequest.get(partition)) ?? DEFAULT_FETCH_LIMITS;
}
