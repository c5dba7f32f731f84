import { type Clock, systemClock, type TopicPartition } from '../../pipeline/index.js';
import type { KafkaPort, ManyPartitionsReader, RecordProducer } from '../../client/index.js';
import { failureHeaders } from '../failure-headers.js';
import { parkingTopicOf } from '../topic-names.js';
import { parkingTopic } from '../own-topic-specs.js';
import type { OwnTopics } from '../own-topics.js';
import { ParkingTopicFeed } from './parking-topic-feed.js';
import { TopicParkingStore } from './topic-parking-store.js';

const POLL_MS = 1_000;
/** How long a parking topic is assumed to exist after it was seen. */
const ENSURED_MS = 60_000;

/** Creates the parking stores of all partitions that this process owns; they share their reads. */
export class ParkingStores {
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

  /** Creates the store of one ownership of a partition. An ended ownership's late writes do not count as its successor's. */
  open(source: TopicPartition, groupId: string): TopicParkingStore {
    const reader = (this.#reader ??= this.port.reader());
    const feed = (this.#feed ??= new ParkingTopicFeed(reader, this.clock, POLL_MS));
    const { topic: like, partition } = source;
    const topic = parkingTopicOf(like, groupId);
    return new TopicParkingStore({
      source,
      topic,
      turn: this.#turns++,
      reader,
      feed,
      producer: this.producer,
      ensure: () => this.#ensure(topic, like, partition),
      write: (work) => this.ownTopics.write(parkingTopic(like, topic), work),
      headersOf: (failed) => failureHeaders(failed, groupId, new Date(this.clock.now())),
    });
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
    // If the request failed or found too few partitions, the first of those waiting repeats it.
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
