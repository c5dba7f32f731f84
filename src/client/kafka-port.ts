import type { KafkaContext } from '@nestjs/microservices';
import type {
  CommitTarget,
  FetchControl,
  FetchedBatch,
  FetchedRecord,
  Offset,
  RawHeaders,
  TopicPartition,
  TopicPartitionOffset,
} from '../pipeline/index.js';
import type { EnsuredTopic, TopicSetting } from './topic-settings.js';

/** A member's generation and assignment, as of its last join. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly assignment: readonly TopicPartition[];
  /** Whether it has been a member since its previous join, without a generation in between. */
  readonly continuous: boolean;
}

/** Events of a consumer. None of the methods may throw. */
export interface ConsumerListener {
  /**
   * Whether it is a retry topic of the service. It is read from its first record, whatever the reset policy says: its
   * records were committed in the topic they came from.
   */
  isRetryTopic(topic: string): boolean;
  /**
   * The member is about to rejoin and gives up its partitions. Its commits are still accepted until this resolves.
   * @param isMember false if the group has already removed it: then nothing can be committed any more
   */
  rebalanceStarted(isMember: boolean): Promise<void>;
  rebalanceEnded(membership: Membership): void;
  /** Where an assigned partition will be read from; called before its first batch. */
  positionKnown(position: TopicPartitionOffset): void;
  /**
   * The log does not have the offset that a partition was to be read from, and the reset policy says this one.
   * @returns the one to go on at
   */
  outOfRange(position: TopicPartitionOffset): Offset;
  /**
   * Called before a batch is handed over: what to wait for if the in-flight limits are reached. The wait must be short,
   * since the fetch loop and its heartbeats wait too.
   */
  roomAvailable(): Promise<void> | undefined;
  /** @returns the last record taken, `'all'`, or undefined to fetch the same offset again */
  fetched(batch: FetchedBatch): FetchedRecord | 'all' | undefined;
  /** A fetch brought no record that a reader may see; the position moves to that offset. */
  skipped(position: TopicPartitionOffset): void;
  /** A partition waits at a batch that can't be read; `why` says what to do. */
  batchUnreadable(partition: TopicPartition, why: string): void;
  /** The group's coordinator has answered a heartbeat. */
  heartbeat(): void;
}

/** One membership of one group. It never restarts by itself: it ends, and another takes its place. */
export interface GroupConsumerClient extends FetchControl, CommitTarget {
  connect(): Promise<void>;
  /** Joins, once connected. Rejects when that fails. */
  start(topics: readonly string[]): Promise<void>;
  /** Resolves with the reason once the consumer has crashed; never, as long as it runs or was stopped. */
  readonly crashed: Promise<Error>;
  /** The client library's own consumer, for stock code that asks the context for it. */
  native(): NativeConsumer;
  /** Resolves once a topic that it reads no longer exists: another client is to take its place without it. */
  readonly outdated: Promise<void>;
  /**
   * Leaves the group and disconnects.
   * @returns false where the group has not heard of it, and waits for the session timeout to share out its partitions
   */
  stop(): Promise<boolean>;
}

/** What Nest's `KafkaContext` gives out as the consumer and the producer. */
export type NativeConsumer = ReturnType<KafkaContext['getConsumer']>;
export type NativeProducer = ReturnType<KafkaContext['getProducer']>;

/** A record to be written. */
export interface OutgoingRecord {
  readonly topic: string;
  /** By the key where there is none given. */
  readonly partition?: number;
  readonly key?: Uint8Array | string | null;
  readonly value: Uint8Array | string | null;
  /** Null, and several values of one name, are written as they are. */
  readonly headers?: RawHeaders;
}

/** Sends records. */
export interface RecordProducer {
  /**
   * Resolves once all in-sync replicas have the record.
   * @throws UnknownPartitionError where the topic has no such partition
   * @throws RecordTooLargeError where the topic does not take records of its size
   */
  send(record: OutgoingRecord): Promise<void>;
  /** The client library's own producer, which connects with its first record. */
  native(): NativeProducer;
  disconnect(): Promise<void>;
}

/** Writes records in transactions: whoever reads committed records sees all of one, or nothing. */
export interface TransactionalProducer {
  /**
   * Takes over its transactional id. What another one with that id has left open is aborted, and that one's
   * writes fail from then on. Once this resolves, the log holds nothing of theirs that is undecided. Called again, it
   * starts over with a new epoch.
   */
  open(): Promise<void>;
  /**
   * Writes all of them in one transaction, in their order within each partition. Where it rejects because a request
   * was not answered, the transaction may have been committed all the same, and nothing can be written before `open`
   * was called again.
   * @throws ProducerNotOpenError before `open`, and after a write whose outcome is unknown
   * @throws FencedError where another one has taken over the id
   * @throws RecordTooLargeError where a topic does not take one of them; then nothing was written
   */
  write(records: readonly OutgoingRecord[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** Where a partition's log begins, and where what is to be read of it ends. */
export interface PartitionBounds {
  readonly partition: number;
  /** The first offset that the log still has. */
  readonly start: Offset;
  /** The offset after the last record that no open transaction holds back. */
  readonly end: Offset;
}

/** Records of a partition, from one offset up to another, without the latter. */
export interface PartitionRange extends TopicPartition {
  readonly from: Offset;
  readonly to: Offset;
}

/**
 * Reads partitions without being a member of any group. It sees committed records alone, whatever
 * `KAFKA_ISOLATION_LEVEL` says.
 */
export interface PartitionReader {
  /**
   * @param partition one that is to be among them, also where it was added a moment ago
   * @throws UnknownTopicError where there is no such topic, LeaderUnknownError where it has no such partition
   */
  bounds(topic: string, partition?: number): Promise<PartitionBounds[]>;
  /**
   * The records from one offset up to another, without the latter, in order. Offsets that the log has no record
   * for are passed over; those it no longer reaches back to as well. Whoever wants to go on later asks for
   * `bounds` again, and reads from what was `to`.
   * @param to no further than the partition's end
   */
  read(topic: string, partition: number, from: Offset, to: Offset): AsyncIterable<FetchedRecord>;
  /** Disconnects; what is being read rejects. */
  close(): Promise<void>;
}

/** A reader that asks about many partitions at once. */
export interface ManyPartitionsReader extends PartitionReader {
  /**
   * Where several partitions end, by one question to each broker: the offset after the last record that no open
   * transaction holds back, or why it is not known just now. Asks no more than twice.
   */
  ends(partitions: readonly TopicPartition[]): Promise<readonly (Offset | Error)[]>;
  /**
   * The records of several ranges, by as few fetches as there can be.
   * @returns whether each of them was read as a whole; what was not can be read on by `read`
   */
  readAll<R extends PartitionRange>(
    ranges: readonly R[],
    take: (range: R, record: FetchedRecord) => void,
  ): Promise<readonly boolean[]>;
  /** The topic's id, which a topic that is recreated has another one of; undefined where the brokers have none. */
  topicId(topic: string): Promise<string | undefined>;
}

/** A topic that the service itself needs. */
export interface TopicSpec {
  readonly topic: string;
  /** The topic whose number of partitions, replication and limits it is to have. */
  readonly like: string;
  /** What it must have of its own; nothing where that is left out. */
  readonly settings?: readonly TopicSetting[];
  /** Whether the service has named it: only then are its settings corrected. */
  readonly isOwn?: boolean;
  /** Whether partitions are added where it has fewer. */
  readonly grow?: boolean;
}

/** Makes clients for one Kafka cluster. */
export interface KafkaPort {
  /**
   * @param memberId what a client that crashed was known as: the group takes its successor for the same member,
   * and need not wait for the session of the lost one to run out
   */
  consumer(groupId: string, listener: ConsumerListener, memberId?: string): GroupConsumerClient;
  /** Connects with the first record. */
  producer(): RecordProducer;
  /** Every process that gives the same id shuts the one before out. */
  transactional(transactionalId: string): TransactionalProducer;
  /** Deletes what lies before an offset of each of these partitions, for good. */
  deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void>;
  /**
   * Deletes what lies before the offset that a group has committed, in these partitions, for good. The offset is asked
   * for just before: brokers forget it when a topic is deleted, so it never comes from the log before a recreated one.
   */
  deleteCommitted(groupId: string, topic: string, partitions: ReadonlySet<number>): Promise<void>;
  /** Connects with the first question. */
  reader(): ManyPartitionsReader;
  /**
   * Creates a topic where it does not exist, and checks its settings where it does. Calls in the same turn of the
   * event loop are asked of the brokers together, so that many topics cost a few requests.
   * @throws TopicCreationError where the brokers do not create it, or do not add partitions to it
   */
  ensureTopic(spec: TopicSpec): Promise<EnsuredTopic>;
  /** The names of all topics that this client may see. */
  topics(): Promise<string[]>;
  /** Those of the topics that this client may not see; whether they exist, the brokers do not say. */
  hiddenTopics(topics: readonly string[]): Promise<string[]>;
  /** Whether any of the brokers answers a request within that time. */
  reachable(timeoutMs: number): Promise<boolean>;
  /** Closes the connection by which topics are listed and created; the next question would open it again. */
  close(): void;
}
