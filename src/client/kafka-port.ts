import type { KafkaContext } from '@nestjs/microservices';
import type {
  CommitTarget,
  FetchControl,
  FetchedBatch,
  FetchedRecord,
  Offset,
  TopicPartition,
  TopicPartitionOffset,
} from '../pipeline/index.js';
import type { ManyPartitionsReader } from './partition-readers.js';
import type { BatchProducer } from './batch-producer.js';
import type { OutgoingRecord } from './outgoing-record.js';
import type { EnsuredTopic, TopicSetting } from './topic-settings.js';

export type { OutgoingRecord } from './outgoing-record.js';

/** A member of the group that does not subscribe to the same topics. */
export interface UnlikeMember {
  readonly clientId: string;
  /** Topics that only it subscribes to. */
  readonly additional: readonly string[];
  /** Topics that it does not subscribe to. */
  readonly missing: readonly string[];
}

/** A member's generation and assignment as of its last join, or the last change of its assignment. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly assignment: readonly TopicPartition[];
  /**
   * Whether the member was in the group throughout since the last assignment, so that it retained the partitions that
   * stayed assigned to it.
   */
  readonly continuous: boolean;
  /** Members that subscribe to other topics, one per client id; only the leader of the group sees them. */
  readonly unlike: readonly UnlikeMember[];
  /** The assignor that the members agreed on. */
  readonly assignor: string;
}

/** The assignor of this service. A group has another one if a member does not offer it. */
export const OWN_ASSIGNOR = 'sticky-v1';

/** Events of a consumer. None of the methods may throw. */
export interface ConsumerListener {
  /**
   * Whether it is a retry topic of the service. It is read from its first record regardless of the reset policy, since its
   * records are already committed in the topic they came from.
   */
  isRetryTopic(topic: string): boolean;
  /**
   * The member is about to give up these partitions: with the classic protocol all of them, before it rejoins. Their
   * offsets are still accepted until this resolves. The member's other partitions are read on, and notice nothing.
   */
  revoking(partitions: readonly TopicPartition[]): Promise<void>;
  /** These partitions may belong to other members already: nothing of them can be committed any more. */
  lost(partitions: readonly TopicPartition[]): void;
  /**
   * The member has joined, or its assignment has changed. Partitions that it does not have any more are dropped. Those that
   * were being given up and are retained are continued, and may be read again from their commit; all others that are
   * retained are read on.
   */
  rebalanceEnded(membership: Membership): void;
  /** Where an assigned partition will be read from; called before its first batch. */
  positionKnown(position: TopicPartitionOffset): void;
  /**
   * The log does not have the offset that a partition was to be read from, and the reset policy names this one.
   * @returns the offset to continue at
   */
  outOfRange(position: TopicPartitionOffset): Offset;
  /**
   * Called before a batch is handed over.
   * @returns a promise to await if the in-flight limits are reached; it must resolve soon, since the fetch loop and
   *   its heartbeats wait too
   */
  roomAvailable(): Promise<void> | undefined;
  /** @returns the last record taken, `'all'`, or undefined to fetch the same offset again */
  fetched(batch: FetchedBatch): FetchedRecord | 'all' | undefined;
  /** A fetch brought no visible record; the position moves to that offset. */
  skipped(position: TopicPartitionOffset): void;
  /** A partition waits because its next batch cannot be read; `why` says what to do. */
  batchUnreadable(partition: TopicPartition, why: string): void;
  /** The group's coordinator has answered a heartbeat. */
  heartbeat(): void;
}

/** One member of one group. It never restarts by itself: it ends, and is replaced by another client. */
export interface GroupConsumerClient extends FetchControl, CommitTarget {
  connect(): Promise<void>;
  /** Joins the group; call it after `connect`. Rejects if joining fails. */
  start(topics: readonly string[]): Promise<void>;
  /** Resolves with the reason once the consumer has crashed; stays pending while it runs and after a stop. */
  readonly crashed: Promise<Error>;
  /** The client library's own consumer, for code that asks Nest's `KafkaContext` for it. */
  native(): NativeConsumer;
  /** Resolves once a subscribed topic no longer exists: it must be replaced by a client without that topic. */
  readonly outdated: Promise<void>;
  /**
   * Leaves the group and disconnects.
   * @returns false if the group may not know that the member has left: then its partitions are assigned again only after
   * the session timeout
   */
  stop(): Promise<boolean>;
}

/** The type of the consumer that Nest's `KafkaContext` returns. */
export type NativeConsumer = ReturnType<KafkaContext['getConsumer']>;
/** The type of the producer that Nest's `KafkaContext` returns. */
export type NativeProducer = ReturnType<KafkaContext['getProducer']>;

/** Writes records. */
export interface RecordProducer {
  /**
   * Resolves once all in-sync replicas have the record.
   * @throws UnknownPartitionError if the topic has no such partition
   * @throws RecordTooLargeError if the topic does not accept records of its size
   */
  send(record: OutgoingRecord): Promise<void>;
  /** The client library's own producer, which connects when it sends its first record. */
  native(): NativeProducer;
  disconnect(): Promise<void>;
}

/** Writes records in transactions: readers of committed records see all records of one transaction, or none. */
export interface TransactionalProducer {
  /**
   * Takes over its transactional id: an open transaction of an earlier producer with that id is aborted, and that
   * producer's writes fail from then on. Once this resolves, the log holds no open transaction of the id. Called again,
   * it starts over with a new epoch.
   */
  open(): Promise<void>;
  /**
   * Writes all records in one transaction, in their order within each partition. If it rejects because a request was not
   * answered, the transaction may have been committed nevertheless, and nothing can be written before `open` is called
   * again.
   * @throws ProducerNotOpenError before `open`, and after a write whose outcome is unknown
   * @throws FencedError if another producer has taken over the id
   * @throws RecordTooLargeError if a topic does not accept one of the records; then nothing was written
   */
  write(records: readonly OutgoingRecord[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** A topic that the service itself writes to. */
export interface TopicSpec {
  readonly topic: string;
  /** The topic from which it takes its number of partitions, replication factor and limits. */
  readonly like: string;
  /** Settings of its own. */
  readonly settings?: readonly TopicSetting[];
  /** Whether the service has chosen its name: only then are its settings corrected. */
  readonly isOwn?: boolean;
  /** Whether partitions are added if it has fewer than `like`. */
  readonly grow?: boolean;
}

/** Creates clients for one Kafka cluster. */
export interface KafkaPort {
  /**
   * @param memberId the member id of a client that crashed: the group treats the new client as the same member, and
   *   does not wait for the session of the crashed one to end
   */
  consumer(groupId: string, listener: ConsumerListener, memberId?: string): GroupConsumerClient;
  /** @returns a producer that connects when it sends its first record */
  producer(): RecordProducer;
  /** @returns a producer for many records that connects when it sends its first record */
  batchProducer(): BatchProducer;
  /** @returns a producer that fences every earlier one with the same id, in any process */
  transactional(transactionalId: string): TransactionalProducer;
  /** Deletes the records before an offset of each of these partitions, permanently. */
  deleteBefore(topic: string, offsets: ReadonlyMap<number, Offset>): Promise<void>;
  /**
   * Deletes the records before the offsets that a group has committed in partitions of topics, permanently. The offsets
   * are fetched just before: brokers forget those of a deleted topic, so they never belong to an earlier log of a topic
   * that was recreated.
   * @param partitions by topic; a partition that is removed before its offset is fetched is left alone
   * @returns the topics of which records could not be deleted, and why
   * @throws if no broker can be asked
   */
  deleteCommitted(
    groupId: string,
    partitions: ReadonlyMap<string, ReadonlySet<number>>,
  ): Promise<ReadonlyMap<string, Error>>;
  /** @returns a reader that connects with its first request */
  reader(): ManyPartitionsReader;
  /**
   * Creates a topic if it does not exist, and checks its settings if it does. Calls in the same turn of the event loop
   * share their requests, so that many topics cost a few requests.
   * @throws TopicCreationError if the brokers do not create it, or do not add partitions to it
   */
  ensureTopic(spec: TopicSpec): Promise<EnsuredTopic>;
  /** @returns the names of all topics that this client may see */
  topics(): Promise<string[]>;
  /** @returns those of the topics that this client may not see; the brokers do not tell whether they exist */
  hiddenTopics(topics: readonly string[]): Promise<string[]>;
  /** @returns whether a broker answers a request within that time */
  reachable(timeoutMs: number): Promise<boolean>;
  /** Closes the connection for requests about topics; the next such request opens it again. */
  close(): void;
}
