import type { FailedRecord } from '../../core/pipeline/handler.js';
import type { TopicPartition } from '../../core/records/fetched.js';
import type { KafkaPort, PartitionReader, RecordProducer } from '../../kafka/consumer-port.js';
import { failureHeaders } from '../aside-headers.js';
import { parkedTopicOf } from '../aside-topics.js';
import { TopicParkingLot } from './topic-parking-lot.js';

/** Compacted: what is parked stays for as long as it is, whatever its age. */
export const PARKING_CONFIG = { 'cleanup.policy': 'compact' };
const LOOK_MS = 1_000;

/** The parking lots of a process's partitions. */
export class ParkingLots {
  readonly #lots = new Map<string, TopicParkingLot>();
  #reader: PartitionReader | undefined;

  constructor(
    private readonly producer: RecordProducer,
    private readonly port: Pick<KafkaPort, 'reader' | 'ensureTopic'>,
  ) {}

  /** A new one for each ownership of a partition. */
  open({ topic, partition }: TopicPartition, groupId: string): TopicParkingLot {
    this.#reader ??= this.port.reader();
    const parked = parkedTopicOf(topic, groupId);
    const lot = new TopicParkingLot({
      topic: parked,
      partition,
      reader: this.#reader,
      producer: this.producer,
      ensure: () => this.port.ensureTopic({ topic: parked, like: topic, config: PARKING_CONFIG, grow: true }),
      everyMs: LOOK_MS,
    });
    this.#lots.set(`${parked}/${partition}`, lot);
    return lot;
  }

  /**
   * Parks a record.
   * @throws where the broker does not take it
   */
  async park(failed: FailedRecord, groupId: string): Promise<void> {
    const { at, record } = failed;
    const topic = parkedTopicOf(at.topic, groupId);
    const lot = this.#lots.get(`${topic}/${at.partition}`) ?? this.open(at, groupId);
    await lot.park(record, failureHeaders(failed, groupId, new Date()));
  }

  /** Disconnects. */
  async close(): Promise<void> {
    await this.#reader?.close();
  }
}
