import { Injectable } from '@nestjs/common';
import { currentCall, type KafkaCluster, KafkaClusters, type RawHeaders } from '../transport/index.js';
import { isInUnfinishedWork } from '../transport/context/unfinished-work.js';
import { PublishInTransactionError, TopicDefinitionError } from './errors.js';
import { type PublishOptions, toRecord } from './outgoing.js';
import type { Topic } from './topic.js';

/** Headers of W3C Trace Context. */
const TRACE_HEADERS = ['traceparent', 'tracestate'] as const;

/**
 * Publishes records from handlers, and from any other code of the application. It connects with the first record, and
 * is drained after the handlers when the application stops.
 *
 * @example
 * constructor(private readonly publisher: Publisher) {}
 * await this.publisher.publish(OrderEvents, { orderId: order.id, type: 'accepted' });
 */
@Injectable()
export class Publisher {
  /** @internal */
  constructor(private readonly clusters: KafkaClusters) {}

  /**
   * Publishes a value, or a tombstone. Resolves once all in-sync replicas have it; records that are published at the
   * same time share a request. Await it in the handler: then the record of the handler is settled only afterwards.
   *
   * @throws PublishedValueError if the value does not match the topic's schema
   * @throws PublishInTransactionError within a database transaction that is not committed
   * @throws UnknownTopicError if there is no such topic: it is not created
   * @throws RecordTooLargeError, RecordRefusedError if the topic does not accept the record
   * @throws AccessError if the service may not write to the topic
   * @throws DeliveryTimeoutError if no broker has acknowledged it within a minute
   */
  publish<T>(topic: Topic<T>, value: NoInfer<T> | null, options: PublishOptions = {}): Promise<void> {
    if (!isInUnfinishedWork()) return this.sendNow(topic, value, options);
    const error = new PublishInTransactionError(topic.name);
    this.#clusterOf(topic).runtime.published.of(topic.name).failed(error);
    return Promise.reject(error);
  }

  /**
   * Like `publish`, but also within a database transaction: readers may see the record although the transaction is
   * rolled back.
   */
  async sendNow<T>(topic: Topic<T>, value: NoInfer<T> | null, options: PublishOptions = {}): Promise<void> {
    const { runtime } = this.#clusterOf(topic);
    const counts = runtime.published.of(topic.name);
    const since = performance.now();
    const span = runtime.tracer?.sending(topic.name);
    try {
      const checked = toRecord(topic, value, options, span?.headers ?? receivedTrace());
      // Without an await, records are sent in the order of the calls.
      const record = checked instanceof Promise ? await checked : checked;
      const at = await runtime.batchProducer.send(record);
      counts.published(record, performance.now() - since);
      span?.end(at);
    } catch (error) {
      counts.failed(error);
      span?.fail(error);
      throw error;
    }
  }

  #clusterOf({ name, options }: Topic<never>): KafkaCluster {
    const cluster = this.clusters.all.find(({ config }) => config.name === options.cluster);
    if (cluster) return cluster;
    throw new TopicDefinitionError(
      `${name} is a topic of the cluster ${options.cluster ?? 'without a name'}, but no KafkaModule.forRoot has that name`,
    );
  }
}

/** The trace of the record that is being handled, for a service without traces of its own. */
function receivedTrace(): RawHeaders {
  const call = currentCall();
  if (!call || call.batchSize !== undefined) return {};
  const { headers = {} } = call.first.record;
  return Object.fromEntries(
    TRACE_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
