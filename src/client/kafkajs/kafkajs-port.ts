import kafkajs, { type Kafka as KafkaClient, type KafkaConfig as ClientSettings } from 'kafkajs';
import type { KafkaConfig } from '../../config/index.js';
import type { Offset } from '../../pipeline/index.js';
import type {
  ConsumerListener,
  GroupConsumerClient,
  KafkaPort,
  ManyPartitionsReader,
  RecordProducer,
  TopicSpec,
  TransactionalProducer,
} from '../kafka-port.js';
import { AdminSession } from './admin/admin-session.js';
import type { EnsuredTopic } from '../topic-settings.js';
import { KafkaJsConsumer } from './consumer/consumer.js';
import { deleteCommittedRecords, deleteRecordsBefore } from './admin/delete-records.js';
import { isRefusedLogin } from './errors.js';
import { KafkaJsPartitionReader } from './reader/partition-reader.js';
import { KafkaJsProducer } from './producer/producer.js';
import { installPatches } from './patches/index.js';
import { forgetDeletedTopics } from './patches/producer/deleted-topic.js';
import { KafkaJsTransactionalProducer } from './producer/transactional-producer.js';
import { toKafkaJsConfig } from './settings.js';
import { TopicAdmin } from './admin/topic-admin.js';
import { partitioner } from './producer/partitioner.js';

/** Kafka through kafkajs: the only door to it. */
export class KafkaJsPort implements KafkaPort {
  /** One for all clients: what logs in knows the last token. */
  readonly #settings: ClientSettings;
  readonly #kafka: KafkaClient;
  /** For producers. */
  readonly #producing: KafkaClient;
  readonly #adminSession: AdminSession;
  readonly #admin: TopicAdmin;

  constructor(private readonly config: KafkaConfig) {
    installPatches(config);
    this.#settings = toKafkaJsConfig(config);
    this.#kafka = new kafkajs.Kafka(this.#settings);
    this.#producing = forgetDeletedTopics(new kafkajs.Kafka(this.#settings));
    // Of short questions, a failure is an answer too.
    const asking = { ...this.#settings, retry: { ...this.#settings.retry, retries: 0 } };
    this.#adminSession = new AdminSession(new kafkajs.Kafka(asking));
    this.#admin = new TopicAdmin(this.#adminSession, config.correctTopicSettings);
  }

  consumer(groupId: string, listener: ConsumerListener, memberId?: string): GroupConsumerClient {
    return new KafkaJsConsumer(this.#kafka, groupId, this.config, listener, memberId);
  }

  producer(): RecordProducer {
    return new KafkaJsProducer(
      this.#producing.producer({
        allowAutoTopicCreation: false,
        // Partitions that were added are not known before.
        metadataMaxAge: this.config.topicRefreshMs,
        createPartitioner: partitioner,
      }),
    );
  }

  transactional(transactionalId: string): TransactionalProducer {
    return new KafkaJsTransactionalProducer(this.#producing, transactionalId);
  }

  deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void> {
    return deleteRecordsBefore(this.#kafka, topic, offsets);
  }

  deleteCommitted(groupId: string, topic: string, partitions: ReadonlySet<number>): Promise<void> {
    return deleteCommittedRecords(this.#kafka, groupId, topic, partitions);
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

  /** A frozen broker, or a proxy without one behind it, takes connections too: only an answer counts. */
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
      return isRefusedLogin(error);
    } finally {
      await admin.disconnect();
    }
  }
}
