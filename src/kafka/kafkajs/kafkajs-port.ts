import kafkajs, { type Kafka as KafkaClient, type KafkaConfig as ClientSettings } from 'kafkajs';
import type { KafkaConfig } from '../../config/index.js';
import type { Offset } from '../../core/records/offset.js';
import type {
  ConsumerListener,
  GroupConsumerClient,
  KafkaPort,
  PartitionReader,
  RecordProducer,
  TopicSpec,
  TransactionalProducer,
} from '../consumer-port.js';
import { createCluster, type ReadingCluster } from './cluster.js';
import { registerCodecs } from './codecs.js';
import { KafkaJsConsumer } from './consumer.js';
import { isRefusedLogin, protocolErrorType } from './errors.js';
import { shareConnects } from './connections.js';
import { explainAccess } from './explain-access.js';
import { KafkaJsPartitionReader } from './partition-reader.js';
import { KafkaJsProducer } from './producer.js';
import { installFetchResponse } from './fetch-response.js';
import { installGroupHooks } from './group-hooks.js';
import { installMetadataResponse } from './metadata-response.js';
import { installNullHeaders } from './null-headers.js';
import { quietRequestQueue } from './request-queue.js';
import { KafkaJsTransactionalProducer } from './transactional-producer.js';
import { toKafkaJsConfig } from './settings.js';
import { TopicAdmin } from './topic-admin.js';
import { partitioner } from './partitioner.js';

/** Kafka through kafkajs: the only door to it. */
export class KafkaJsPort implements KafkaPort {
  /** One for all clients: what logs in knows the last token. */
  readonly #settings: ClientSettings;
  readonly #kafka: KafkaClient;
  /** For short questions, whose failure is an answer too. */
  readonly #asking: KafkaClient;

  constructor(private readonly config: KafkaConfig) {
    registerCodecs(config.maxUnpackedBatchBytes);
    installFetchResponse();
    installGroupHooks();
    installMetadataResponse();
    installNullHeaders();
    quietRequestQueue();
    shareConnects();
    this.#settings = toKafkaJsConfig(config);
    this.#kafka = new kafkajs.Kafka(this.#settings);
    this.#asking = new kafkajs.Kafka({
      ...this.#settings,
      retry: { ...this.#settings.retry, retries: 0 },
    });
  }

  consumer(groupId: string, listener: ConsumerListener, memberId?: string): GroupConsumerClient {
    return new KafkaJsConsumer(this.#kafka, groupId, this.config, listener, memberId);
  }

  producer(): RecordProducer {
    return new KafkaJsProducer(
      this.#kafka.producer({
        allowAutoTopicCreation: false,
        // Partitions that were added are not known before.
        metadataMaxAge: this.config.topicRefreshMs,
        createPartitioner: partitioner,
      }),
    );
  }

  transactional(transactionalId: string): TransactionalProducer {
    return new KafkaJsTransactionalProducer(this.#kafka, transactionalId);
  }

  deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void> {
    return new TopicAdmin(this.#kafka).deleteBefore(topic, offsets);
  }

  reader(): PartitionReader {
    return new KafkaJsPartitionReader(this.#kafka, this.config.fetchMaxBytes);
  }

  ensureTopic(spec: TopicSpec): Promise<number> {
    return new TopicAdmin(this.#asking).ensure(spec);
  }

  async topics(): Promise<string[]> {
    const admin = this.#asking.admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } catch (error) {
      throw explainAccess(error, { operations: ['Read'], topics: [] });
    } finally {
      await admin.disconnect();
    }
  }

  async hiddenTopics(topics: readonly string[]): Promise<string[]> {
    const cluster = createCluster(this.#asking);
    try {
      await cluster.connect();
      const hidden: string[] = [];
      for (const topic of topics) if (await isHidden(cluster, topic)) hidden.push(topic);
      return hidden;
    } finally {
      await cluster.disconnect();
    }
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

/** Brokers answer so whether or not there is such a topic. */
async function isHidden(cluster: ReadingCluster, topic: string): Promise<boolean> {
  try {
    await cluster.addTargetTopic(topic);
    return false;
  } catch (error) {
    cluster.targetTopics.delete(topic);
    return protocolErrorType(error) === 'TOPIC_AUTHORIZATION_FAILED';
  }
}
