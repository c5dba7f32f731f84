import kafkajs, { type Kafka as KafkaClient, type KafkaConfig as ClientSettings } from 'kafkajs-pinned';
import type { KafkaConfig } from '../../config/index.js';
import type { Offset } from '../../pipeline/index.js';
import type {
  ConsumerListener,
  GroupConsumerClient,
  KafkaPort,
  RecordProducer,
  TopicSpec,
  TransactionalProducer,
} from '../kafka-port.js';
import type { ManyPartitionsReader } from '../partition-readers.js';
import type { BatchProducer } from '../batch-producer.js';
import { AdminSession } from './admin/admin-session.js';
import type { EnsuredTopic } from '../topic-settings.js';
import { KafkaJsConsumer } from './consumer/consumer.js';
import { createConsumerProtocolClient } from './consumer-protocol/consumer-protocol-client.js';
import { deleteCommittedRecords, deleteRecordsBefore } from './admin/delete-records.js';
import { isRejectedLogin } from './errors.js';
import { DEFAULT_FETCH_LIMITS, limitFetches } from './fetch-limits.js';
import { KafkaJsPartitionReader } from './reader/partition-reader.js';
import { createCluster } from './cluster.js';
import { KafkaJsBatchProducer } from './producer/batches/batch-producer.js';
import { KafkaJsProducer } from './producer/producer.js';
import { installPatches } from './patches/index.js';
import { forgetDeletedTopics } from './patches/producer/deleted-topic.js';
import { KafkaJsTransactionalProducer } from './producer/transactional-producer.js';
import { toKafkaJsConfig } from './settings.js';
import { toSockets } from './sockets.js';
import { TopicAdmin } from './admin/topic-admin.js';
import { partitioner } from './producer/partitioner.js';

/** Twice the default timeout of a request, so that one that is not answered is repeated. */
const DELIVERY_TIMEOUT_MS = 60_000;

/** Creates kafkajs clients for one Kafka cluster. */
export class KafkaJsPort implements KafkaPort {
  /** Shared by all clients, so that they share the last login token. */
  readonly #settings: ClientSettings;
  readonly #kafka: KafkaClient;
  /** For producers. */
  readonly #producing: KafkaClient;
  readonly #adminSession: AdminSession;
  readonly #admin: TopicAdmin;

  constructor(private readonly config: KafkaConfig) {
    installPatches();
    const sockets = toSockets(config);
    limitFetches(sockets, {
      maxRecords: Math.max(DEFAULT_FETCH_LIMITS.maxRecords, config.maxInFlight),
      maxBatchBytes: config.maxUnpackedBatchBytes,
    });
    this.#settings = toKafkaJsConfig(config, sockets);
    this.#kafka = new kafkajs.Kafka(this.#settings);
    this.#producing = forgetDeletedTopics(new kafkajs.Kafka(this.#settings));
    // Without retries, since the failure of an admin request is an answer too.
    const withoutRetries = { ...this.#settings, retry: { ...this.#settings.retry, retries: 0 } };
    this.#adminSession = new AdminSession(new kafkajs.Kafka(withoutRetries));
    this.#admin = new TopicAdmin(this.#adminSession, config.correctTopicSettings);
  }

  consumer(groupId: string, listener: ConsumerListener, memberId?: string): GroupConsumerClient {
    if (this.config.groupProtocol === 'consumer')
      return createConsumerProtocolClient(this.#kafka, groupId, this.config, listener);
    return new KafkaJsConsumer(this.#kafka, groupId, this.config, listener, memberId);
  }

  producer(): RecordProducer {
    return new KafkaJsProducer(
      this.#producing.producer({
        allowAutoTopicCreation: false,
        // New partitions are not known before the metadata is refreshed.
        metadataMaxAge: this.config.topicRefreshMs,
        createPartitioner: partitioner,
      }),
    );
  }

  batchProducer(): BatchProducer {
    const { topicRefreshMs, requestTimeoutMs } = this.config;
    return new KafkaJsBatchProducer(createCluster(this.#producing), {
      deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
      requestTimeoutMs,
      topicRefreshMs,
      now: () => performance.now(),
    });
  }

  transactional(transactionalId: string): TransactionalProducer {
    return new KafkaJsTransactionalProducer(this.#producing, transactionalId);
  }

  async deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void> {
    const failures = await deleteRecordsBefore(this.#adminSession, new Map([[topic, offsets]]));
    for (const failure of failures.values()) throw failure;
  }

  deleteCommitted(
    groupId: string,
    partitions: ReadonlyMap<string, ReadonlySet<number>>,
  ): Promise<ReadonlyMap<string, Error>> {
    return deleteCommittedRecords(this.#adminSession, groupId, partitions);
  }

  reader(): ManyPartitionsReader {
    return new KafkaJsPartitionReader(this.#kafka, this.config.fetchMaxBytes);
  }

  ensureTopic(spec: TopicSpec): Promise<EnsuredTopic> {
    return this.#admin.ensure(spec);
  }

  topics(): Promise<string[]> {
    return this.#admin.list();
  }

  hiddenTopics(topics: readonly string[]): Promise<string[]> {
    return this.#admin.hidden(topics);
  }

  close(): void {
    this.#adminSession.close();
  }

  async reachable(timeoutMs: number): Promise<boolean> {
    const answers = this.config.brokers.map((broker) => this.#answers(broker, timeoutMs));
    return (await Promise.all(answers)).some(Boolean);
  }

  /** Only an answer counts: a frozen broker, or a proxy without a broker behind it, accepts connections too. */
  async #answers(broker: string, timeoutMs: number): Promise<boolean> {
    const client = new kafkajs.Kafka({
      ...this.#settings,
      brokers: [broker],
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      retry: { retries: 0 },
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = client.admin();
    try {
      await admin.connect();
      return true;
    } catch (error) {
      return isRejectedLogin(error);
    } finally {
      await admin.disconnect();
    }
  }
}
