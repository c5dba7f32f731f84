import { connect } from 'node:net';
import kafkajs, { type Kafka as KafkaClient } from 'kafkajs';
import type { KafkaConfig } from '../../config/index.js';
import type { ConsumerListener, GroupConsumerClient, KafkaPort, RecordProducer } from '../consumer-port.js';
import { registerCodecs } from './codecs.js';
import { KafkaJsConsumer } from './consumer.js';
import { KafkaJsProducer } from './producer.js';
import { installFetchResponse } from './fetch-response.js';
import { installGroupHooks } from './group-hooks.js';
import { quietRequestQueue } from './request-queue.js';
import { toKafkaJsConfig } from './settings.js';

/** Kafka through kafkajs: the only door to it. */
export class KafkaJsPort implements KafkaPort {
  readonly #kafka: KafkaClient;
  /** For short questions, whose failure is an answer too. */
  readonly #asking: KafkaClient;

  constructor(private readonly config: KafkaConfig) {
    registerCodecs();
    installFetchResponse();
    installGroupHooks();
    quietRequestQueue();
    const settings = toKafkaJsConfig(config);
    this.#kafka = new kafkajs.Kafka(settings);
    this.#asking = new kafkajs.Kafka({ ...settings, retry: { ...settings.retry, retries: 0 } });
  }

  consumer(groupId: string, listener: ConsumerListener): GroupConsumerClient {
    return new KafkaJsConsumer(this.#kafka, groupId, this.config, listener);
  }

  producer(): RecordProducer {
    return new KafkaJsProducer(
      this.#kafka.producer({
        allowAutoTopicCreation: false,
        createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      }),
    );
  }

  async topics(): Promise<string[]> {
    const admin = this.#asking.admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } finally {
      await admin.disconnect();
    }
  }

  async reachable(timeoutMs: number): Promise<boolean> {
    const answers = this.config.brokers.map((broker) => takesConnections(broker, timeoutMs));
    return (await Promise.all(answers)).some(Boolean);
  }
}

function takesConnections(broker: string, timeoutMs: number): Promise<boolean> {
  const at = broker.lastIndexOf(':');
  const host = broker.slice(0, at).replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(broker.slice(at + 1)), timeout: timeoutMs });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}
