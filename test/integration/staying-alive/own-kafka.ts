import type { Admin } from 'kafkajs-pinned';
import { ConfigResourceTypes, Partitioners } from 'kafkajs-pinned';
import type { Broker } from '../../../tools/kafka/index.js';
import {
  kafkaClient,
  startKafka,
  type KafkaCluster,
  type StartOptions,
  withAdmin,
} from '../../../tools/kafka/index.js';
import { type TestRecord, uniqueName, waitFor } from '../../support/kafka.js';

/** Settings with which a service detects an unavailable broker within seconds. */
export const QUICK_SESSION = {
  KAFKA_SESSION_TIMEOUT_MS: '2000',
  KAFKA_HEARTBEAT_INTERVAL_MS: '300',
  KAFKA_REBALANCE_TIMEOUT_MS: '15000',
  KAFKA_CONNECTION_TIMEOUT_MS: '1000',
} as const;

/** Settings of a broker with which members of the new group protocol learn of a change at once. */
export const QUICK_HEARTBEATS = {
  'group.consumer.min.heartbeat.interval.ms': 100,
  'group.consumer.heartbeat.interval.ms': 300,
} as const;

/** A Kafka for one test file whose broker may be killed, suspended and restarted on the same port. */
export class OwnKafka {
  protected constructor(readonly cluster: KafkaCluster) {}

  static async start({ properties, ...options }: StartOptions = {}): Promise<OwnKafka> {
    const lowered = { 'group.min.session.timeout.ms': 500, ...properties };
    return new OwnKafka(
      await startKafka({ heap: '256m', shortLived: true, ...options, properties: lowered }),
    );
  }

  /** Creates a topic that accepts records of this size. */
  static startForRecordsOf(bytes: number): Promise<OwnKafka> {
    const properties = { 'message.max.bytes': bytes, 'socket.request.max.bytes': 2 * bytes };
    return OwnKafka.start({ heap: '1g', properties });
  }

  get bootstrap(): string {
    return this.cluster.bootstrap;
  }

  get broker(): Broker {
    const [broker] = this.cluster.brokers;
    if (!broker) throw new Error('the cluster has no broker');
    return broker;
  }

  /** Creates a topic with a unique name. */
  async createTopic(prefix: string, partitions = 1): Promise<string> {
    const topic = uniqueName(prefix);
    await this.#ask((admin) => admin.createTopics({ topics: [{ topic, numPartitions: partitions }] }));
    const isServed = (): Promise<boolean> =>
      this.#ask(async (admin) => (await admin.fetchTopicOffsets(topic)).length === partitions);
    await waitFor(isServed, { what: `the leaders of ${topic}` });
    return topic;
  }

  async produce(topic: string, records: readonly TestRecord[]): Promise<void> {
    const producer = kafkaClient(this.bootstrap).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    try {
      const messages = records.map((record) =>
        typeof record === 'string' ? { value: record } : { ...record },
      );
      await producer.send({ topic, messages, acks: -1 });
    } finally {
      await producer.disconnect();
    }
  }

  /** Replaces the settings of a topic, which may be one of Kafka's internal topics. */
  async configure(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
    await this.#ask((admin) => admin.alterConfigs({ validateOnly: false, resources: [resource] }));
  }

  /** The group's committed offset of a partition; 0 if there is none. */
  async committed(groupId: string, topic: string, partition = 0): Promise<bigint> {
    const [answer] = await this.#ask((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
    const offset = BigInt(answer?.partitions.find((each) => each.partition === partition)?.offset ?? 0);
    return offset > 0n ? offset : 0n;
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
  }

  #ask<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    return withAdmin(kafkaClient(this.bootstrap), work);
  }
}
