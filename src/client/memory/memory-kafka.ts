import type { Clock, Offset, TopicPartitionOffset } from '../../pipeline/index.js';
import type { BatchProducer } from '../batch-producer.js';
import type {
  ConsumerListener,
  GroupConsumerClient,
  KafkaPort,
  OutgoingRecord,
  RecordProducer,
  TopicSpec,
  TransactionalProducer,
} from '../kafka-port.js';
import type { ManyPartitionsReader } from '../partition-readers.js';
import type { EnsuredTopic } from '../topic-settings.js';
import { MemoryConsumer } from './memory-consumer.js';
import { MemoryGroup } from './memory-group.js';
import { MemoryTopics } from './memory-topics.js';
import { nativeProducer } from './native-clients.js';

/**
 * A Kafka cluster in memory, for one process. It answers at once and never fails. Topics have no settings or limits,
 * and each group has one member.
 */
export class MemoryKafka implements KafkaPort {
  readonly topicLogs: MemoryTopics;
  /** The positions of the records that batch producers have written, in their order. */
  readonly published: TopicPartitionOffset[] = [];
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #consumers = new Set<MemoryConsumer>();

  /** @param partitions how many partitions topics have */
  constructor(
    private readonly clock: Clock,
    partitions = 1,
  ) {
    this.topicLogs = new MemoryTopics(partitions, () => clock.now());
  }

  /** A group, with its committed offsets. */
  group(groupId: string): MemoryGroup {
    const group = this.#groups.get(groupId) ?? new MemoryGroup(groupId);
    this.#groups.set(groupId, group);
    return group;
  }

  /**
   * Writes a record.
   * @param timestamp ms since the epoch; by default now
   * @returns its position
   */
  write(record: OutgoingRecord, timestamp?: number): TopicPartitionOffset {
    const at = this.topicLogs.append(record, timestamp);
    for (const consumer of this.#consumers) consumer.fetch();
    return at;
  }

  consumer(groupId: string, listener: ConsumerListener): GroupConsumerClient {
    const consumer = new MemoryConsumer(this.topicLogs, this.group(groupId), listener, (delayMs, run) => {
      this.clock.schedule(delayMs, run);
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  producer(): RecordProducer {
    const native = nativeProducer((record) => this.write(record));
    return {
      send: async (record) => void this.write(record),
      native: () => native,
      disconnect: async () => undefined,
    };
  }

  batchProducer(): BatchProducer {
    return {
      send: async (record) => {
        const at = this.write(record);
        this.published.push(at);
        return at;
      },
      flush: async () => true,
      close: async () => undefined,
    };
  }

  transactional(): TransactionalProducer {
    return {
      open: async () => undefined,
      write: async (records) => {
        for (const record of records) this.write(record);
      },
      disconnect: async () => undefined,
    };
  }

  async deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void> {
    for (const [partition, offset] of offsets) this.topicLogs.deleteBefore({ topic, partition, offset });
  }

  async deleteCommitted(
    groupId: string,
    partitions: ReadonlyMap<string, ReadonlySet<number>>,
  ): Promise<ReadonlyMap<string, Error>> {
    for (const [topic, numbers] of partitions) {
      for (const partition of numbers) {
        const offset = this.group(groupId).committed({ topic, partition });
        if (offset !== undefined) this.topicLogs.deleteBefore({ topic, partition, offset });
      }
    }
    return new Map();
  }

  reader(): ManyPartitionsReader {
    return this.topicLogs;
  }

  async ensureTopic({ topic, like }: TopicSpec): Promise<EnsuredTopic> {
    this.topicLogs.ensure(topic, Math.max(1, this.topicLogs.partitionsOf(like)));
    return { partitions: this.topicLogs.partitionsOf(topic), problems: [], corrected: [] };
  }

  async topics(): Promise<string[]> {
    return this.topicLogs.names;
  }

  async hiddenTopics(): Promise<string[]> {
    return [];
  }

  async reachable(): Promise<boolean> {
    return true;
  }

  close(): void {
    this.#consumers.clear();
  }
}
