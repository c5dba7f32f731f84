import { type Clock, type FailedRecord, systemClock, type TopicPartition } from '../../pipeline/index.js';
import type { KafkaPort, ManyPartitionsReader, RecordProducer } from '../../client/index.js';
import { failureHeaders } from '../failure-headers.js';
import { parkingTopicOf } from '../topic-names.js';
import { parkingTopic } from '../own-topic-specs.js';
import type { OwnTopics } from '../own-topics.js';
import { ParkingNotLoadedError } from './errors.js';
import { ParkingTopicFeed } from './parking-topic-feed.js';
import { TopicParkingStore } from './topic-parking-store.js';

const POLL_MS = 1_000;
/** How long a parking topic is assumed to exist after it was seen. */
const ENSURED_MS = 60_000;

/** The parking stores of all partitions that this process owns. */
export class ParkingStores {
  /** By ownership: a record that an ended ownership parks late must not count as its successor's. */
  readonly #stores = new WeakMap<TopicPartition, TopicParkingStore>();
  readonly #ensured = new Map<string, Ensured>();
  #reader: ManyPartitionsReader | undefined;
  #feed: ParkingTopicFeed | undefined;
  #turns = 0;

  constructor(
    private readonly producer: Pick<RecordProducer, 'send'>,
    private readonly port: Pick<KafkaPort, 'reader'>,
    private readonly ownTopics: Pick<OwnTopics, 'ensure' | 'write'>,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Creates the store of one ownership of a partition. */
  open(ownership: TopicPartition, groupId: string): TopicParkingStore {
    const reader = (this.#reader ??= this.port.reader());
    const feed = (this.#feed ??= new ParkingTopicFeed(reader, this.clock, POLL_MS));
    const { topic: like, partition } = ownership;
    const topic = parkingTopicOf(like, groupId);
    const store = new TopicParkingStore({
      source: { topic: like, partition },
      topic,
      turn: this.#turns++,
      reader,
      feed,
      producer: this.producer,
      ensure: () => this.#ensure(topic, like, partition),
    });
    this.#stores.set(ownership, store);
    return store;
  }

  /**
   * Parks a record; resolves once it is stored.
   * @throws ParkingNotLoadedError if the ownership was not loaded
   * @throws if the broker does not accept the record
   */
  async park(failed: FailedRecord, groupId: string): Promise<void> {
    const { at, record } = failed;
    const store = this.#stores.get(at);
    if (!store) throw new ParkingNotLoadedError(parkingTopicOf(at.topic, groupId), at.partition);
    const headers = failureHeaders(failed, groupId, new Date(this.clock.now()));
    const topic = parkingTopic(at.topic, parkingTopicOf(at.topic, groupId));
    await this.ownTopics.write(topic, () => store.park(record, headers));
  }

  /** Disconnects from the brokers. */
  async close(): Promise<void> {
    await this.#reader?.close();
  }

  /** Ensures that a parking topic exists, with one request for all partitions that need it at about the same time. */
  async #ensure(topic: string, like: string, partition: number): Promise<void> {
    const now = this.clock.now();
    for (const [name, { at }] of this.#ensured) if (now - at > ENSURED_MS) this.#ensured.delete(name);
    const known = this.#ensured.get(topic);
    if (known && (await known.partitions.catch(() => 0)) > partition) return;
    // If the request failed or found too few partitions, the first of those waiting asks again.
    if (this.#ensured.get(topic) === known) {
      const ensured = this.ownTopics.ensure(parkingTopic(like, topic));
      this.#ensured.set(topic, { at: now, partitions: ensured.then(({ partitions }) => partitions) });
    }
    await this.#ensured.get(topic)?.partitions;
  }
}

/** A parking topic that was found or created. */
interface Ensured {
  /** Time of the request, in ms since the epoch. */
  readonly at: number;
  readonly partitions: Promise<number>;
}
